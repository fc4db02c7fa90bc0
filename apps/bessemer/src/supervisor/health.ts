import { connect } from 'node:net';

const timeoutMs = 2_000;

/** Whether a service says of itself that it is healthy, and if not, why. */
export async function askHealth(port: number): Promise<{ healthy: boolean; reason?: string }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    return response.ok ? { healthy: true } : { healthy: false, reason: text };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { healthy: false, reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Whether somebody accepts TCP connections at the host and port of the URL. */
export async function answersTcp(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: timeoutMs });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/**
 * Names of the drivers that some living conductor serves; none while the api does not answer.
 *
 * @param internalToken with which an api that asks for passwords believes the supervisor
 */
export async function listDrivers(apiUrl: string, internalToken: string): Promise<string[]> {
  try {
    const headers = { authorization: `Bearer ${internalToken}` };
    const response = await fetch(`${apiUrl}/v1/drivers`, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) return [];
    const body = (await response.json()) as { drivers?: { name: string }[] };
    return (body.drivers ?? []).map((driver) => driver.name);
  } catch {
    // Not up yet; the caller asks again, and reports it when its time is over.
    return [];
  }
}
