import { join, resolve } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { repositoryRoot } from '../instance/instance-options.js';

/** Where an instance lives unless `--data` says otherwise. */
export const defaultDataDir = join(repositoryRoot, '.bessemer');

/** Adds `--data DIR`, which names an instance. */
export function withDataOption(command: Command): Command {
  return command.addOption(
    new Option('--data <dir>', 'folder that holds everything of the instance')
      .default(defaultDataDir, '.bessemer beside the script')
      .argParser((value) => resolve(value)),
  );
}

/** A whole number from `min` to `max`, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return number;
  };
}

/** A port; 0 stands for a free one. */
export const port = wholeNumber(0, 65_535);

/** The port that a variable names, undefined when it is unset. Throws `invalid`. */
export function portFromEnvironment(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '') return undefined;
  try {
    return port(text);
  } catch {
    throw new BessemerError('invalid', `${variable} must be a port, 0 for a free one; it is "${text}".`);
  }
}
