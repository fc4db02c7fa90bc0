import { describe, expect, it } from 'vitest';
import { negotiateVersion } from './version.js';

describe('negotiateVersion', () => {
  it.each<[string, Record<string, string>, number]>([
    ['no header', {}, 1],
    ['the header of all clients', { 'x-openstack-ironic-api-version': '1.82' }, 82],
    ['the newest', { 'x-openstack-ironic-api-version': 'latest' }, 115],
    ['the shared header', { 'openstack-api-version': 'compute 2.1, baremetal 1.61' }, 61],
    ['a shared header for others', { 'openstack-api-version': 'compute 2.1' }, 1],
    ['both', { 'x-openstack-ironic-api-version': '1.50', 'openstack-api-version': 'baremetal 1.61' }, 50],
  ])('understands %s', (_, headers, minor) => {
    expect(negotiateVersion(headers)).toBe(minor);
  });

  it.each(['1.0', '1.116', '2.0', '0.5'])('refuses %s as out of range', (text) => {
    expect(() => negotiateVersion({ 'x-openstack-ironic-api-version': text })).toThrow(
      expect.objectContaining({ code: 'not-acceptable', isOutOfRange: true }),
    );
  });

  it.each(['', 'abc', '1', '1.1.1', '1.-1', '1.99999999'])('refuses "%s" as malformed', (text) => {
    expect(() => negotiateVersion({ 'x-openstack-ironic-api-version': text })).toThrow(
      expect.objectContaining({ code: 'not-acceptable', isOutOfRange: false }),
    );
  });
});
