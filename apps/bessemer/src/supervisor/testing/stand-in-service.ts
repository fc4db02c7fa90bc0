/**
 * Stands in for every service in the tests of the supervisor: answers `/health`, and for the api `/v1/drivers`; notes its
 * environment in its working folder. With a file `broken` in the data folder it ends at once.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

if (existsSync('../../broken')) {
  process.stderr.write('the stand-in is told to be broken\n');
  process.exit(3);
}
writeFileSync('environment.json', JSON.stringify(process.env));
process.stdout.write(`${JSON.stringify({ level: 30, time: new Date().toISOString(), msg: 'stand-in ready' })}\n`);
const healthPort = Number(process.env['BESSEMER_HEALTH_PORT']);
const apiPort = Number(process.env['BESSEMER_API_PORT'] ?? 0);
for (const port of apiPort ? [healthPort, apiPort] : [healthPort]) {
  createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url === '/v1/drivers' ? '{"drivers":[{"name":"fake-hardware"}]}' : '{"status":"ok"}');
  }).listen(port, '127.0.0.1');
}
process.once('SIGTERM', () => process.exit(0));
