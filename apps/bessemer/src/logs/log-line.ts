/** Levels as pino numbers them. */
const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
/** Fields of every line that the reader knows already. */
const known = new Set(['level', 'time', 'service', 'msg', 'pid', 'hostname', 'err']);

/** One line of a log, for a reader. */
export interface LogLine {
  /** ISO time; empty when the line tells none, as the lines of a stack trace. */
  time: string;
  text: string;
}

/**
 * A line of a service (JSON) or a server (plain) as one of the form `api info message key=value`.
 *
 * @param name of the log
 */
export function readLogLine(name: string, line: string): LogLine {
  const fields = parseFields(line);
  if (!fields) {
    // Postgres and the supervisor begin with the time; NATS puts its pid before it and slashes into it.
    const time = /^(?:\[\d+\] )?(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d:\d\d:\d\d\.\d+)/.exec(line);
    return { time: time ? `${time[1]}-${time[2]}-${time[3]}T${time[4]}` : '', text: `${name}  ${line}` };
  }
  const rest = Object.entries(fields)
    .filter(([key]) => !known.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const level = levels[Number(fields['level'])] ?? 'info';
  const error = fields['err'] as { message?: string; stack?: string } | undefined;
  const text = [`${name}  ${level}`, String(fields['msg'] ?? ''), ...rest, error?.stack ?? error?.message ?? ''];
  return { time: String(fields['time'] ?? ''), text: text.filter(Boolean).join(' ') };
}

function parseFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    // Half a line, or a server's own text that begins with a brace: it is shown as it is.
    return undefined;
  }
}
