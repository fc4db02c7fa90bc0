import { request } from 'node:http';
import { expect } from 'vitest';
import type { Answer, ApiFixture } from '../api-fixture.js';

/** The headers that tell of versions: the effective, the oldest and the newest one. */
export const versionHeaders = [
  'x-openstack-ironic-api-version',
  'x-openstack-ironic-api-minimum-version',
  'x-openstack-ironic-api-maximum-version',
];

/** The document in the string of an error's body. */
export const inner = (answer: Answer): unknown => JSON.parse(String(answer.body['error_message']));

/** The error document of a handler. */
export const faultOf = (code: 'Client' | 'Server'): object => ({
  faultcode: code,
  faultstring: expect.any(String),
  debuginfo: null,
});

/** Sends target, headers and body as they are, which `fetch` would mend, add to or refuse. */
export function sendRaw(
  { api }: ApiFixture,
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: target, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const named = Object.entries(response.headers).map(([name, value]): [string, string] => [name, `${value}`]);
        const document = text.trim() === '' ? {} : JSON.parse(text);
        resolve({ status: response.statusCode ?? 0, headers: new Headers(named), text, body: document, fault: '' });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
