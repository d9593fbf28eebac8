/* Times, counts and sizes as people read them. Local time, 24 hours, no locale surprises in what gets compared. */

/** The largest distance from 1970 a Date can hold; what hostile spans claim beyond it is shown as a number. */
const MAX_DATE = 8.64e15;

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

export function formatClock(millis: number): string {
  if (!(Math.abs(millis) <= MAX_DATE)) return `${millis} ms`;
  const at = new Date(millis);
  return `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}.${pad(at.getMilliseconds(), 3)}`;
}

export function formatDate(millis: number): string {
  if (!(Math.abs(millis) <= MAX_DATE)) return "";
  const at = new Date(millis);
  return `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)}`;
}

export function formatDateTime(millis: number): string {
  return `${formatDate(millis)} ${formatClock(millis)}`.trimStart();
}

/** The time alone for today, with the date before it for any other day. */
export function formatWhen(millis: number, now: number): string {
  const date = formatDate(millis);
  return date === formatDate(now) ? formatClock(millis) : `${date} ${formatClock(millis)}`.trimStart();
}

export function formatAgo(millis: number, now: number): string {
  const seconds = Math.floor((now - millis) / 1000);
  if (!Number.isFinite(seconds)) return "never";
  if (seconds < -1) return "in the future";
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Digits in groups of three with a narrow no-break space, which no locale reads as a decimal mark. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return "?";
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const SIZES = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** Powers of 1024, as the server's disk budget counts. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < SIZES.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${SIZES[unit] ?? "B"}`;
}

/** "2026-11-20 13:25", with seconds and milliseconds if wanted, in local time. Null: not a time. */
export function parseDateTime(text: string): number | null {
  const match = /^\s*(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?\s*$/.exec(
    text,
  );
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? "0");
  const fraction = Number((match[7] ?? "0").padEnd(3, "0"));
  const at = new Date(part(1), part(2) - 1, part(3), part(4), part(5), part(6), fraction);
  // 31 February rolls over into March; that is a typing error, not a date.
  if (at.getMonth() !== part(2) - 1 || at.getDate() !== part(3) || at.getHours() !== part(4)) return null;
  return at.getTime();
}
