/** Prints one line on the machine's console: a constant message and its fields. */
export type Print = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** @returns a printer to standard output that names the machine in each line. */
export function consoleOf(machine: string): Print {
  return (message, fields = {}) => {
    const tail = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
    process.stdout.write(`${new Date().toISOString()} ${machine}: ${message}${tail.join('')}\n`);
  };
}
