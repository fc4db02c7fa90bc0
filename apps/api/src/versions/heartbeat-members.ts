import type { Fields } from './field.js';

/** The body of a heartbeat (reference: agent.md §3). */
export const heartbeatMembers: Fields = {
  callback_url: { type: 'string', required: true },
  agent_version: { type: 'string', since: 36, below: 'invalid' },
  agent_token: { type: 'string' },
  agent_verify_ca: { type: 'string', since: 68, below: 'invalid' },
  agent_status: { type: 'string', since: 72, below: 'invalid' },
  agent_status_message: { type: 'string', since: 72, below: 'invalid' },
};
