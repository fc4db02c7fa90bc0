import { parseArgs } from 'node:util';
import { RedfishSimulator } from './redfish-simulator.js';

const { values } = parseArgs({
  options: { port: { type: 'string' }, username: { type: 'string' }, password: { type: 'string' } },
});
const bmc = await RedfishSimulator.start({
  port: Number(values.port ?? 0),
  username: values.username,
  password: values.password,
});
console.log(
  JSON.stringify({ redfish_address: bmc.url, redfish_username: bmc.username, redfish_password: bmc.password }),
);
