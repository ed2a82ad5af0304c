const units = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `512 bytes`, `3.1 kB`, `45 MB`: powers of a thousand, as disks are sold and `df -H` counts. */
export function size(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ""}`;
}
