/** The error of a command or request in the agent's own form. */
export class AgentError extends Error {
  /**
   * @param type the name of the agent's error, e.g. `ImageChecksumError`.
   * @param status the HTTP status when it refuses a request, the `code` when it ends a command.
   * @param message what kind of thing went wrong.
   * @param details what went wrong this time.
   */
  constructor(
    readonly type: string,
    readonly status: number,
    message: string,
    readonly details: string,
  ) {
    super(message);
  }

  /** @returns the error of a command result. */
  toJson(): { type: string; code: number; message: string; details: string } {
    return { type: this.type, code: this.status, message: this.message, details: this.details };
  }
}

/** The request names no command that exists, or lacks a parameter (400). */
export function invalidCommand(details: string): AgentError {
  return new AgentError('InvalidCommandError', 400, 'Invalid command', details);
}

/** The request names an extension or a result that does not exist (404). */
export function notFound(details: string): AgentError {
  return new AgentError('RequestedObjectNotFoundError', 404, 'Not found', details);
}

/** The last command has not ended yet (409). */
export function agentIsBusy(command: string): AgentError {
  return new AgentError('AgentIsBusy', 409, 'Agent is busy', `Agent is busy: executing ${command}`);
}

/** The token is missing or not the agent's (401). */
export function unauthorized(): AgentError {
  return new AgentError('Unauthorized', 401, 'Unauthorized', 'Token invalid.');
}

/** The step's versions are not those of the agent's hardware managers. */
export class VersionMismatch extends Error {
  constructor(
    readonly agentVersions: Readonly<Record<string, string>>,
    readonly stepVersions: Readonly<Record<string, string>>,
  ) {
    super('Hardware managers version mismatch, reload agent with correct version');
  }
}
