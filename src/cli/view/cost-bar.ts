const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar as long as its share of the longest, to the eighth of a cell; what is not nothing has at least that. */
export function bar(value: number, longest: number, width: number): string {
  if (value <= 0 || longest <= 0) return "";
  const count = Math.max(1, Math.round((8 * width * value) / longest));
  return "█".repeat(Math.floor(count / 8)) + (eighths[count % 8] ?? "");
}

/** `62 %`; what is something and less than one, `<1 %`; what is not all is not 100. */
export function percent(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return "0 %";
  const share = (100 * part) / whole;
  if (share < 1) return "<1 %";
  return `${part < whole ? Math.min(99, Math.round(share)) : 100} %`;
}
