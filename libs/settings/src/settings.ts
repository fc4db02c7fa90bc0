import { BessemerError } from '@bessemer/errors';

/** How one setting is read from the environment. */
export interface SettingDefinition<T> {
  /** The environment variable, `BESSEMER_…`. */
  variable: string;
  type: 'string' | 'integer' | 'boolean' | 'duration' | 'list';
  /** Used when the variable is unset or empty; a setting without a default is required. */
  default?: T;
  /** Never shown in logs or in `status`. */
  secret?: boolean;
  /** One sentence for the configuration reference. */
  help: string;
}

/** Definitions by the name under which the code knows each setting. */
export type SettingDefinitions<T> = { [Name in keyof T]: SettingDefinition<T[Name]> };

/** The typed settings that a set of definitions yields. */
export type Settings<D> = D extends SettingDefinitions<infer T> ? T : never;

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;
const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `500ms`, `1s`, `2.5m`; a bare number is seconds. Throws `invalid`. */
export function parseDuration(text: string): number {
  const match = durationPattern.exec(text.trim());
  if (!match) throw new BessemerError('invalid', `"${text}" is no duration; write for example 500ms, 1s or 2m.`);
  const unit = (match[2] ?? 's') as keyof typeof milliseconds;
  return Number(match[1]) * milliseconds[unit];
}

function parse(definition: SettingDefinition<unknown>, text: string): unknown {
  switch (definition.type) {
    case 'string':
      return text;
    case 'integer': {
      if (!/^-?\d+$/.test(text)) throw new BessemerError('invalid', `"${text}" is no whole number.`);
      return Number(text);
    }
    case 'boolean': {
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      if (/^(0|false|no|off)$/i.test(text)) return false;
      throw new BessemerError('invalid', `"${text}" is neither true nor false.`);
    }
    case 'duration':
      return parseDuration(text);
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
  }
}

/**
 * Reads all settings at once; called in main.ts alone. Durations become milliseconds, lists are comma-separated.
 *
 * @param definitions the settings by name
 * @param env the environment, `process.env` in a service
 * @throws `invalid`, naming every variable that is missing or malformed, never its value if it is secret
 */
export function readSettings<T>(definitions: SettingDefinitions<T>, env: Record<string, string | undefined>): T {
  const problems: string[] = [];
  const settings: Partial<T> = {};
  for (const name of Object.keys(definitions) as (keyof T)[]) {
    const definition = definitions[name];
    const text = env[definition.variable];
    if (text === undefined || text === '') {
      if (definition.default === undefined) problems.push(`${definition.variable} is required: ${definition.help}`);
      else settings[name] = definition.default;
      continue;
    }
    try {
      settings[name] = parse(definition, text) as T[keyof T];
    } catch (error) {
      const reason = definition.secret || !(error instanceof Error) ? 'malformed value' : error.message;
      problems.push(`${definition.variable}: ${reason}`);
    }
  }
  if (problems.length > 0) throw new BessemerError('invalid', `Settings: ${problems.join(' ')}`);
  return settings as T;
}
