import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@bessemer/contracts';
import type { CallContext } from '@bessemer/drivers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, temporaryFolder } from '../../integration/stack/index.js';
import { ensureCertificate } from '../agent/certificate.js';
import { aContext, accessTo, Bmcs, redfishTypes } from './driver-context.js';
import type { RedfishSimulatorOptions } from './redfish-simulator.js';

describe('access to a Redfish BMC', () => {
  const bmcs = new Bmcs();
  const aBmc = (options?: RedfishSimulatorOptions) => bmcs.start(options);
  afterEach(() => bmcs.stop());

  describe('the way to the machine', () => {
    it('finds the only machine of the BMC, and the named one of several', async () => {
      const bmc = await aBmc({ systems: [{ id: 'blade-1' }, { id: 'blade-2' }] });
      const unnamed = aContext(accessTo(bmc));
      await expect(unnamed.hardware.interfaces.power.getPowerState(unnamed)).rejects.toMatchObject({
        code: 'invalid',
        field: 'driver_info/redfish_system_id',
        remedy: expect.stringContaining('/redfish/v1/Systems/blade-1, /redfish/v1/Systems/blade-2'),
      });
      const named = aContext(accessTo(bmc, { redfish_system_id: '/redfish/v1/Systems/blade-2' }));
      await named.hardware.interfaces.power.setPowerState(named, 'power on', 5);
      expect(bmc.systems.map(({ power }) => power)).toEqual(['Off', 'On']);
    });

    it('tells of a BMC without a machine, and of a machine that is not there', async () => {
      const empty = await aBmc({ systems: [] });
      const first = aContext(accessTo(empty));
      await expect(first.hardware.interfaces.power.getPowerState(first)).rejects.toThrow('manages no machine');
      const second = aContext(accessTo(empty, { redfish_system_id: '/redfish/v1/Systems/9' }));
      await expect(second.hardware.interfaces.power.getPowerState(second)).rejects.toMatchObject({
        code: 'hardware-failure',
        message: expect.stringContaining(`${empty.url} does not have this`),
        remedy: expect.stringContaining('redfish_system_id'),
      });
    });

    it('keeps one session, and opens another when the BMC has forgotten it', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const { power } = context.hardware.interfaces;
      for (let asked = 0; asked < 3; asked += 1) await power.getPowerState(context);
      expect(bmc.openSessions).toBe(1);
      bmc.expireSessions();
      expect(await power.getPowerState(context)).toBe('power off');
      expect(bmc.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2);
    });

    it('ends its sessions when the conductor stops, also those that are of an older password', async () => {
      const [bmc, gone] = [await aBmc(), await aBmc()];
      const types = redfishTypes();
      for (const { url, password } of [bmc, gone]) {
        const context = aContext(
          { redfish_address: url, redfish_username: 'operator', redfish_password: password },
          types,
        );
        await context.hardware.interfaces.power.getPowerState(context);
      }
      bmc.changePassword('another');
      const context = aContext(accessTo(bmc), types);
      await context.hardware.interfaces.power.getPowerState(context);
      expect([bmc.openSessions, gone.openSessions]).toEqual([2, 1]);
      await gone.stop();
      expect(await types.stop()).toMatchObject([{ message: `Sessions stay open at ${gone.url}.` }]);
      expect(bmc.openSessions).toBe(0);
      expect(bmc.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(2);
      expect(await types.stop()).toEqual([]);
    });

    it('takes a session that the BMC has ended by itself as ended', async () => {
      const bmc = await aBmc();
      const types = redfishTypes();
      const context = aContext(accessTo(bmc), types);
      await context.hardware.interfaces.power.getPowerState(context);
      bmc.expireSessions();
      expect(await types.stop()).toEqual([]);
    });

    it('opens one session for all who come at once, first and after the BMC has forgotten it', async () => {
      const bmc = await aBmc();
      const types = redfishTypes();
      const askAll = () =>
        Promise.all(
          Array.from({ length: 5 }, () => {
            const context = aContext(accessTo(bmc), types);
            return context.hardware.interfaces.power.getPowerState(context);
          }),
        );
      await askAll();
      expect(bmc.openSessions).toBe(1);
      bmc.expireSessions();
      await askAll();
      expect(bmc.openSessions).toBe(1);
    });

    it('tries a wrong password once for all who come at once', async () => {
      const bmc = await aBmc();
      const types = redfishTypes();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, () => {
          const context = aContext(accessTo(bmc, { redfish_password: 'another' }), types);
          return context.hardware.interfaces.power.getPowerState(context);
        }),
      );
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('refused the user name') } });
      expect(bmc.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    });

    it('does not spread that one of them has lost its lease or was cancelled, and lets that one go at once', async () => {
      const bmc = await aBmc();
      const types = redfishTypes();
      const [first, second, cancelled] = [0, 1, 2].map(() => aContext(accessTo(bmc), types));
      if (first === undefined || second === undefined || cancelled === undefined) throw new Error('no contexts');
      const stop = new AbortController();
      const failing: CallContext = { ...first, guard: () => Promise.reject(new Error('lease lost')) };
      const asked = failing.hardware.interfaces.power.getPowerState(failing);
      const gone: CallContext = { ...cancelled, signal: stop.signal };
      const waiting = [second, gone].map((context) => context.hardware.interfaces.power.getPowerState(context));
      stop.abort(new Error('cancelled'));
      await expect(asked).rejects.toThrow('lease lost');
      await expect(waiting[1]).rejects.toThrow('cancelled');
      expect(await waiting[0]).toBe('power off');
    });

    it('uses no session of another password', async () => {
      const bmc = await aBmc();
      const types = redfishTypes();
      const right = aContext(accessTo(bmc), types);
      await right.hardware.interfaces.power.getPowerState(right);
      const wrong = aContext(accessTo(bmc, { redfish_password: 'another' }), types);
      await expect(wrong.hardware.interfaces.power.getPowerState(wrong)).rejects.toThrow('refused the user name');
    });

    it.each([
      ['auto', true, 1],
      ['basic', false, 0],
    ])(
      'sends the password with each request: %s where there are no sessions is %s',
      async (type, noSessions, posts) => {
        const bmc = await aBmc();
        bmc.faults.noSessions = noSessions;
        const context = aContext(accessTo(bmc, { redfish_auth_type: type }));
        const { power } = context.hardware.interfaces;
        for (let asked = 0; asked < 2; asked += 1) await power.getPowerState(context);
        expect(bmc.openSessions).toBe(0);
        expect(bmc.requests.filter((request) => request.startsWith('POST'))).toHaveLength(posts);
      },
    );

    it('does not fall back to the password when sessions are wanted', async () => {
      const bmc = await aBmc();
      bmc.faults.noSessions = true;
      const context = aContext(accessTo(bmc, { redfish_auth_type: 'session' }));
      await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toMatchObject({
        message: expect.stringContaining('has no sessions'),
        remedy: expect.stringContaining('basic'),
      });
    });

    it.each(['session', 'basic'])('tells of a wrong password (%s), without the password', async (type) => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc, { redfish_password: 'wrong one', redfish_auth_type: type }));
      const error: unknown = await context.hardware.interfaces.power
        .getPowerState(context)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'hardware-failure',
        message: expect.stringContaining(`${bmc.url} refused the user name or the password`),
        remedy: expect.stringContaining('redfish_password'),
      });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/wrong one|pass-word/);
    });

    it('shows the reason that the BMC gives, without the password in it', async () => {
      const bmc = await aBmc();
      bmc.faults.refuse = { request: 'PATCH', status: 400, reason: `Not now, ${bmc.password} or not.` };
      const context = aContext(accessTo(bmc));
      await expect(context.hardware.interfaces.management.setBootDevice(context, 'pxe', false)).rejects.toMatchObject({
        code: 'hardware-failure',
        message: `The BMC at ${bmc.url} refused with 400: Not now, ****** or not (PATCH /redfish/v1/Systems/1).`,
      });
    });

    it('sends neither request nor credentials to another address that the BMC names', async () => {
      const [bmc, other] = [await aBmc(), await aBmc()];
      bmc.faults.elsewhere = other.url;
      const context = aContext(accessTo(bmc));
      await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toThrow('at another address');
      expect(other.requests).toEqual([]);
    });
  });

  describe('a BMC in trouble', () => {
    it.each(['busy', 'broken'] as const)('is asked again when it is %s', async (fault) => {
      const bmc = await aBmc();
      bmc.faults[fault] = 1;
      const context = aContext(accessTo(bmc));
      expect(await context.hardware.interfaces.power.getPowerState(context)).toBe('power off');
    });

    it('is not told twice to reset a machine', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc, { redfish_auth_type: 'basic' }));
      const { power } = context.hardware.interfaces;
      const breaking: CallContext = {
        ...context,
        guard: async () => {
          if (bmc.requests.includes('GET /redfish/v1/Systems/1')) bmc.faults.broken = 1;
        },
      };
      await expect(power.setPowerState(breaking, 'power on', 5)).rejects.toThrow('does not answer');
      expect(bmc.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    });

    it('is named when it is too slow', async () => {
      const bmc = await aBmc();
      bmc.faults.delayMs = 5000;
      const context = aContext(accessTo(bmc), redfishTypes(200));
      await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toThrow(
        `The BMC at ${bmc.url} takes too long to answer`,
      );
    });

    it('is named when nobody answers', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      await bmc.stop();
      await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toMatchObject({
        code: 'hardware-failure',
        message: expect.stringContaining(`${bmc.url} does not answer: ECONNREFUSED`),
        remedy: expect.stringContaining('redfish_address'),
      });
    });

    it('is named when it is no Redfish service', async () => {
      const bmc = await aBmc();
      bmc.faults.garbage = true;
      const context = aContext(accessTo(bmc, { redfish_auth_type: 'basic' }));
      await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toThrow('no Redfish resource');
    });

    it('lets go at once when the call is cancelled', async () => {
      const bmc = await aBmc();
      bmc.faults.delayMs = 5000;
      const cancelled = new AbortController();
      const context: CallContext = { ...aContext(accessTo(bmc)), signal: cancelled.signal };
      const asked = context.hardware.interfaces.power.getPowerState(context);
      cancelled.abort(new Error('lease lost'));
      await expect(asked).rejects.toThrow('lease lost');
    });
  });

  describe('over HTTPS', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await temporaryFolder('redfish');
    });
    afterAll(() => removeTemporaryFolder(folder));

    it('trusts a BMC by the authority that the node names, by a file or a folder, or unseen when told so', async () => {
      const tls = await ensureCertificate(folder);
      const authorities = join(folder, 'authorities');
      await mkdir(authorities);
      await writeFile(join(authorities, 'bmc.pem'), tls.certificate);
      const bmc = await aBmc({ tls });
      for (const verify of [join(authorities, 'bmc.pem'), authorities, false, 'no']) {
        const context = aContext(accessTo(bmc, { redfish_verify_ca: verify }));
        expect(await context.hardware.interfaces.power.getPowerState(context)).toBe('power off');
      }
      const untold = aContext(accessTo(bmc));
      await expect(untold.hardware.interfaces.power.getPowerState(untold)).rejects.toMatchObject({
        message: expect.stringContaining('certificate that is not trusted'),
        remedy: expect.stringContaining('redfish_verify_ca'),
      });
      await rm(authorities, { recursive: true });
    });

    it('reads no authorities of more than 1 MiB, alone or together', async () => {
      const authorities = join(folder, 'large');
      await mkdir(authorities);
      const { certificate } = await ensureCertificate(folder);
      await writeFile(join(authorities, 'a.pem'), certificate.padEnd(600 * 1024));
      const validate = async (verify: string) => {
        const context = aContext({ redfish_address: 'bmc', redfish_verify_ca: verify });
        await context.hardware.interfaces.power.validate(context);
      };
      await validate(authorities);
      await writeFile(join(authorities, 'b.pem'), certificate.padEnd(600 * 1024));
      await expect(validate(authorities)).rejects.toThrow('at most 1048576 bytes together');
      await writeFile(join(authorities, 'c.pem'), certificate.padEnd(1024 * 1024 + 1));
      await expect(validate(join(authorities, 'c.pem'))).rejects.toThrow('at most 1048576 bytes together');
      await rm(authorities, { recursive: true });
    });
  });

  describe('validation', () => {
    it.each<[JsonObject, string]>([
      [{}, "Missing the Redfish properties ['redfish_address']"],
      [{ redfish_address: 'ftp://bmc' }, 'redfish_address must be an http or https URL'],
      [{ redfish_address: 'https://root:calvin@bmc' }, 'redfish_address must hold no credentials'],
      [{ redfish_address: 'bmc', redfish_system_id: 'Systems/1' }, 'redfish_system_id must be a path'],
      [{ redfish_address: 'bmc', redfish_system_id: '//other/Systems/1' }, 'redfish_system_id must be a path'],
      [{ redfish_address: 'bmc', redfish_auth_type: 'digest' }, 'redfish_auth_type must be one of'],
      [{ redfish_address: 'bmc', redfish_auth_type: 'basic' }, 'redfish_username is needed'],
      [{ redfish_address: 'bmc', redfish_verify_ca: 'perhaps' }, 'redfish_verify_ca must be'],
      [{ redfish_address: 'bmc', redfish_verify_ca: '/nonexistent' }, 'redfish_verify_ca cannot be read'],
      [{ redfish_address: 'bmc', redfish_verify_ca: '/dev/zero' }, 'must lead to regular files'],
      [
        { redfish_address: 'bmc', redfish_verify_ca: '/proc/self/status' },
        'redfish_verify_ca holds no PEM certificate',
      ],
    ])('refuses %j', async (driverInfo, message) => {
      const context = aContext(driverInfo);
      for (const kind of ['power', 'management'] as const)
        await expect(context.hardware.interfaces[kind].validate(context)).rejects.toThrow(message);
    });

    it.each(['bmc.example.test', 'https://192.0.2.8:8443', '[2001:db8::8]', 'https://bmc.example.test/redfish/v1/'])(
      'takes %s',
      async (redfish_address) => {
        const context = aContext({ redfish_address });
        await context.hardware.interfaces.power.validate(context);
      },
    );
  });
});
