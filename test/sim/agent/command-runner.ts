import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { AgentLogEntry } from '../machine/machine-folder.js';
import { AgentError, agentIsBusy, invalidCommand, notFound, VersionMismatch } from './agent-error.js';
import type { Print } from './console.js';
import { type FaultPlan, InjectedFault } from './faults.js';

/** The parameters of a command as they came. */
export type CommandParameters = Readonly<Record<string, unknown>>;

/** One command of an extension. */
export interface AgentCommand {
  /** A synchronous command has ended when its request is answered. */
  readonly isSync: boolean;
  /** The parameters without which the request is refused. */
  readonly needs?: readonly string[];
  readonly run: (parameters: CommandParameters) => Promise<unknown>;
}

/** An extension's commands by name. */
export type AgentExtension = Readonly<Record<string, AgentCommand>>;

/** A command's state in the contract's names. */
export interface CommandResult {
  readonly id: string;
  readonly command_name: string;
  command_status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CLEAN_VERSION_MISMATCH';
  command_error: unknown;
  command_result: unknown;
}

interface Entry {
  readonly result: CommandResult;
  readonly ended: Promise<void>;
}

/** Runs the agent's commands one at a time, keeps their results in order and writes each into the agent log. */
export class CommandRunner {
  private readonly entries: Entry[] = [];

  /**
   * @param extensions the commands by extension (`clean`, `standby` …).
   * @param onAsyncEnd called whenever an asynchronous command has ended.
   */
  constructor(
    private readonly extensions: Readonly<Record<string, AgentExtension>>,
    private readonly faults: FaultPlan,
    private readonly agentLogPath: string,
    private readonly print: Print,
    private readonly onAsyncEnd: () => void,
  ) {}

  /** @returns all results in the order of their requests. */
  list(): CommandResult[] {
    return this.entries.map((entry) => entry.result);
  }

  /**
   * @param wait return only when the command has ended.
   * @throws AgentError 404 when no command has this id.
   */
  async get(id: string, wait: boolean): Promise<CommandResult> {
    const entry = this.entries.find((candidate) => candidate.result.id === id);
    if (entry === undefined) {
      throw notFound(`Command ${id} not found`);
    }
    if (wait) {
      await entry.ended;
    }
    return entry.result;
  }

  /**
   * Starts a command.
   * @param name extension and command, `clean.get_clean_steps`.
   * @param wait return only when it has ended, also if it is asynchronous.
   * @throws AgentError 400 when the command or a parameter is unknown or missing, 404 when the extension is unknown,
   *   409 while another command runs.
   */
  async execute(name: string, parameters: CommandParameters, wait: boolean): Promise<CommandResult> {
    const command = this.find(name, parameters);
    const last = this.entries.at(-1)?.result;
    if (last?.command_status === 'RUNNING') {
      throw agentIsBusy(last.command_name);
    }
    const result: CommandResult = {
      id: randomUUID(),
      command_name: name.slice(name.indexOf('.') + 1),
      command_status: 'RUNNING',
      command_error: null,
      command_result: null,
    };
    const ended = this.run(command, name, parameters, result);
    this.entries.push({ result, ended });
    if (command.isSync || wait) {
      await ended;
    }
    return result;
  }

  private find(name: string, parameters: CommandParameters): AgentCommand {
    const [extensionName = '', commandName, ...rest] = name.split('.');
    if (commandName === undefined || rest.length > 0) {
      throw invalidCommand(`Invalid command: ${name}; extension and command are divided by one point`);
    }
    const extension = Object.hasOwn(this.extensions, extensionName) ? this.extensions[extensionName] : undefined;
    if (extension === undefined) {
      throw notFound(`Extension ${extensionName} not found`);
    }
    const command = Object.hasOwn(extension, commandName) ? extension[commandName] : undefined;
    if (command === undefined) {
      throw invalidCommand(`Unknown command: ${name}`);
    }
    const missing = command.needs?.find((parameter) => parameters[parameter] === undefined);
    if (missing !== undefined) {
      throw invalidCommand(`Invalid parameters of ${name}: ${missing} is missing`);
    }
    return command;
  }

  private async run(
    command: AgentCommand,
    name: string,
    parameters: CommandParameters,
    result: CommandResult,
  ): Promise<void> {
    const step = stepName(parameters);
    const write = (status: AgentLogEntry['status'], outcome?: string): void => {
      const entry: AgentLogEntry = {
        time: new Date().toISOString(),
        id: result.id,
        command: name,
        step,
        status,
        outcome,
        pid: process.pid,
      };
      appendFileSync(this.agentLogPath, `${JSON.stringify(entry)}\n`);
    };
    write('start');
    this.print('command started', { command: name, ...(step === null ? {} : { step }) });
    try {
      await this.faults.strike(step === null ? [name] : [step, step.slice(step.indexOf('.') + 1), name]);
      const value = await command.run(parameters);
      result.command_result = typeof value === 'object' && value !== null ? value : { result: value ?? null };
      result.command_status = 'SUCCEEDED';
    } catch (error) {
      result.command_error = errorOf(error);
      result.command_status = error instanceof VersionMismatch ? 'CLEAN_VERSION_MISMATCH' : 'FAILED';
      this.print('command failed', { command: name, error: JSON.stringify(result.command_error) });
    }
    write('end', result.command_status);
    this.print('command ended', { command: name, status: result.command_status });
    if (!command.isSync) {
      this.onAsyncEnd();
    }
  }
}

function stepName(parameters: CommandParameters): string | null {
  const step = parameters.step as { interface?: string; step?: string } | undefined;
  return step === undefined ? null : `${step.interface}.${step.step}`;
}

function errorOf(error: unknown): unknown {
  if (error instanceof AgentError) {
    return error.toJson();
  }
  if (error instanceof VersionMismatch) {
    return {
      type: 'VersionMismatch',
      code: 500,
      message: error.message,
      details: `Agent: ${JSON.stringify(error.agentVersions)}, node: ${JSON.stringify(error.stepVersions)}`,
    };
  }
  const details = error instanceof Error ? error.message : String(error);
  const type = error instanceof InjectedFault ? 'CommandExecutionError' : 'AgentUnexpectedError';
  return { type, code: 500, message: 'Command execution failed', details };
}
