import { describe, expect, it } from 'vitest';
import { hostOf } from './bmc-addresses.js';

describe('hostOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:6230', '192.0.2.1'],
    ['https://BMC.example.test:8443/redfish', 'bmc.example.test'],
    ['fd00::1', 'fd00::1'],
    ['[fd00::1]:623', 'fd00::1'],
    ['https://[fd00::1]/', 'fd00::1'],
    ['  ', null],
    ['http://', null],
  ])('%j: %j', (address, host) => {
    expect(hostOf(address)).toBe(host);
  });
});
