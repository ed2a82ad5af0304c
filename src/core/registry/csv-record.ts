/** The fields of one record after RFC 4180, without its line end; null: a quote is not closed, or closes within its field. */
export function csvFields(record: string, delimiter: string): readonly string[] | null {
  const fields: string[] = [];
  for (let at = 0; ;) {
    const isQuoted = record[at] === '"';
    const end = isQuoted ? closing(record, at) : plainEnd(record, at, delimiter);
    const inner = isQuoted ? record.slice(at + 1, end - 1).replaceAll('""', '"') : record.slice(at, end);
    if (end > record.length) return null;
    fields.push(inner);
    if (end === record.length) return fields;
    if (record[end] !== delimiter) return null;
    at = end + 1;
  }
}

/** Semicolons, where a header has them and no comma. */
export const delimiterOf = (header: string): string =>
  header.includes(";") && !header.includes(",") ? ";" : ",";

/** Behind the quote that closes the one at `start`. */
function closing(record: string, start: number): number {
  for (let at = start + 1; at < record.length; at++) {
    if (record[at] !== '"') continue;
    if (record[at + 1] !== '"') return at + 1;
    at++;
  }
  return record.length + 1;
}

function plainEnd(record: string, start: number, delimiter: string): number {
  const end = record.indexOf(delimiter, start);
  return end === -1 ? record.length : end;
}
