import { headers, type Msg } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { Requests, type RequestWire } from './requests.js';

/** Answers what is published to it as soon as it is allowed to listen. */
class Connection implements RequestWire {
  readonly inboxes: string[] = [];
  private callback: (error: Error | null, reply: Msg) => void = () => undefined;

  constructor(private refusals: number) {}

  subscribe(inbox: string, { callback }: Parameters<RequestWire['subscribe']>[1]): void {
    this.inboxes.push(inbox);
    this.callback = callback;
  }

  publish(_subject: string, _payload: string, { reply }: { reply: string }): void {
    const refused = this.refusals > 0 ? new Error('the inbox is not allowed') : null;
    this.refusals -= 1;
    this.callback(refused, { subject: reply, data: new Uint8Array(1) } as Msg);
  }
}

describe(Requests.name, () => {
  it('listen anew after their inbox was refused', async () => {
    const connection = new Connection(1);
    const sut = new Requests(connection, '_INBOX_api');
    const send = () => sut.send('question', 'text', { headers: headers(), timeoutMs: 1_000 });
    await expect(send()).rejects.toThrow('the inbox is not allowed');
    const reply = await send();
    await send();
    expect(reply.subject).toMatch(/^_INBOX_api\./);
    expect(connection.inboxes).toHaveLength(2);
  });
});
