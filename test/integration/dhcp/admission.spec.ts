import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Questions } from '@bessemer/bus';
import { AdmissionAnswer, eventDurable, eventFilter, PolicyApplied, rpcSubject } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import type { RunningDhcpManager } from '@bessemer/dhcp-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodesOwner } from '../inspector/nodes-owner.js';
import { TestStack, temporaryFolder, waitFor } from '../stack/index.js';
import { runDhcpManager } from './dhcp-manager-process.js';
import { Dnsmasq } from './dnsmasq.js';
import { NetworkNamespace } from './network-namespace.js';

const made = NetworkNamespace.make();
const namespace = made instanceof NetworkNamespace ? made : null;
/** dnsmasq needs the rights of root, or a namespace in which it has them. */
const canRun = namespace !== null || process.getuid?.() === 0;
if (!(made instanceof NetworkNamespace))
  console.warn(
    `No network namespace can be made (${made.reason}): ${
      canRun ? 'dnsmasq runs on loopback and no machine asks it.' : 'dnsmasq cannot be run, nothing is tested.'
    }`,
  );

const folder = temporaryFolder('dhcp');
const script = join(folder, 'lease.sh');
const dnsmasq = new Dnsmasq(folder, namespace);
const applied: PolicyApplied[] = [];
let stack: TestStack;
let api: NodesOwner;
let conductor: Questions;
let database: Database;
let manager: RunningDhcpManager;
let machines = 0;

const withDnsmasq = { BESSEMER_DHCP_HOSTSDIR: dnsmasq.hostsdir, BESSEMER_DNSMASQ_LOG: dnsmasq.log };

describe.runIf(canRun)('network boot', () => {
  beforeAll(async () => {
    writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && echo "lent $ip"\nexit 0\n');
    chmodSync(script, 0o755);
    await dnsmasq.start();
    stack = await TestStack.start();
    api = await NodesOwner.start(stack);
    conductor = new Questions(await stack.bus('conductor'), stack.logger);
    manager = await runDhcpManager(stack, withDnsmasq);
    database = await stack.database('dhcp');
    await api.consumers.consume({
      stream: 'EVENTS',
      durable: eventDurable('api', 'dhcp'),
      filter: eventFilter('dhcp'),
      type: PolicyApplied,
      database: api.databaseOfApi,
      handle: async ({ data }) => {
        applied.push(data);
      },
    });
  });
  afterAll(async () => {
    await manager?.stop();
    await dnsmasq.stop();
    namespace?.remove();
    await stack?.stop();
  });

  const ask = (method: 'admit' | 'refuse', question: object) =>
    conductor.ask(rpcSubject('dhcp', method), question, { answer: AdmissionAnswer, timeoutMs: 8000 });

  /** A node with a task, and a MAC address of its own unless one is given. */
  async function nodeWithTask(given?: string) {
    machines += 1;
    const mac = given ?? `52:54:00:dc:00:${machines.toString(16).padStart(2, '0')}`;
    const task = randomUUID();
    const row = await api.put({ provision_state: 'inspecting', task, macs: [mac] });
    return { node: row.uuid, task, mac, question: { node: row.uuid, task, macs: [mac] } };
  }

  const lineAbout = (mac: string, what: string) =>
    dnsmasq.lines().some((line) => line.includes(what) && line.includes(mac));

  describe('a machine', () => {
    it('is lent an address only while it is admitted, as dnsmasq itself has taken it', async () => {
      const { node, task, mac, question } = await nodeWithTask(namespace?.mac);
      const machineAsks = () => namespace?.askForAddress(script);
      if (namespace) {
        expect(await machineAsks()).toBeNull();
        expect(lineAbout(mac, 'DHCPDISCOVER(server)') && lineAbout(mac, 'ignored')).toBe(true);
      }
      const admitted = await ask('admit', question);
      expect(admitted).toMatchObject({ inPlace: true, segments: ['default'] });
      expect(dnsmasq.file(mac)).toBe(`${mac}\n`);
      expect(dnsmasq.reads(mac)).toBe(1);
      if (namespace) {
        expect(await machineAsks()).toMatch(/^10\.98\.0\./);
        expect(lineAbout(mac, 'DHCPACK(server)')).toBe(true);
      }
      const refused = await ask('refuse', { node, task });
      expect(refused).toMatchObject({ inPlace: true, policy: admitted.policy + 1 });
      expect(dnsmasq.file(mac)).toBe(`${mac},ignore\n`);
      expect(dnsmasq.reads(mac)).toBe(2);
      if (namespace) {
        const asked = dnsmasq.lines().length;
        expect(await machineAsks()).toBeNull();
        expect(dnsmasq.lines().slice(asked).join('\n')).toContain(`${mac} ignored`);
      }
      expect(await ask('admit', { ...question, task: randomUUID() })).toMatchObject({ inPlace: true });
      if (namespace) expect(await machineAsks()).toMatch(/^10\.98\.0\./);
      await ask('refuse', { node, task });
    });
  });

  describe('a question', () => {
    it('asked again gives no new number and writes nothing', async () => {
      const { mac, question } = await nodeWithTask();
      const first = await ask('admit', question);
      const upper = await ask('admit', { ...question, macs: [mac.toUpperCase(), mac] });
      expect(upper.policy).toBe(first.policy);
      expect(dnsmasq.reads(mac)).toBe(1);
    });

    it('of another task of the node replaces the admission; the old task cannot take it back', async () => {
      const { node, task, mac, question } = await nodeWithTask();
      await ask('admit', question);
      const other = '52:54:00:dc:ff:01';
      const next = { node, task: randomUUID(), macs: [other] };
      await ask('admit', next);
      expect([dnsmasq.file(mac), dnsmasq.file(other)]).toEqual([`${mac},ignore\n`, `${other}\n`]);
      await ask('refuse', { node, task });
      expect(dnsmasq.file(other)).toBe(`${other}\n`);
      await ask('refuse', { node, task: next.task });
      expect(dnsmasq.file(other)).toBe(`${other},ignore\n`);
      await expect(ask('refuse', { node, task: next.task })).resolves.toMatchObject({ inPlace: true });
    });

    it.each([
      ['a malformed address', ['zz']],
      ['no address', []],
    ])('with %s is refused', async (_, macs) => {
      const question = { node: randomUUID(), task: randomUUID(), macs };
      await expect(ask('admit', question)).rejects.toMatchObject({ code: 'invalid', field: 'macs' });
    });

    it('waits for every live segment and names the silent one', async () => {
      await database.query(
        `INSERT INTO segments (name, seen_at, policy, confirmed) VALUES ('rack.1', clock_timestamp() - interval '30 s', 0, true)`,
      );
      const { question } = await nodeWithTask();
      const answer = await ask('admit', question);
      expect(answer).toMatchObject({ inPlace: false, segments: ['default'] });
      expect(answer.reason).toMatch(/"rack\.1" has been silent for 3\d s/);
      await database.query(`UPDATE segments SET seen_at = clock_timestamp() - interval '2 min' WHERE name = 'rack.1'`);
      expect(await ask('admit', question)).toMatchObject({ inPlace: true, segments: ['default'] });
    });

    it('is not answered as in place while dnsmasq does not read, and tells since when', async () => {
      const { mac, question } = await nodeWithTask();
      dnsmasq.signal('SIGSTOP');
      const answer = await ask('admit', question).finally(() => dnsmasq.signal('SIGCONT'));
      expect(answer.inPlace).toBe(false);
      expect(answer.reason).toMatch(/"default" waits since \d{4}-.*dnsmasq has not told .* the file of 52:54/);
      expect(answer.reason).toContain(mac);
      expect(await ask('admit', question)).toMatchObject({ inPlace: true, policy: answer.policy });
    });
  });

  describe('a policy', () => {
    it('is told of when it is in place', async () => {
      const { mac, question } = await nodeWithTask();
      const { policy } = await ask('admit', question);
      const event = await waitFor('the event', () => applied.find((item) => item.policy === policy));
      expect(event).toMatchObject({ segment: 'default', confirmed: true });
      expect(event.admitted).toContain(mac);
    });

    it.each<[string, (node: string) => Promise<void>]>([
      ['has another task', async (node) => void (await api.put({ uuid: node, task: randomUUID() }))],
      ['has left inspection', async (node) => void (await api.put({ uuid: node, task: null }))],
      ['is deleted', (node) => api.delete(node)],
      [
        'has left inspection unheard',
        async (node) => {
          api.putSilently({ uuid: node, task: null });
          await manager.refresh();
        },
      ],
    ])('drops the admission of a node that %s', async (_, change) => {
      const { node, mac, question } = await nodeWithTask();
      await ask('admit', question);
      await change(node);
      await waitFor(
        'dnsmasq has read the refusal',
        () => dnsmasq.file(mac).includes('ignore') && dnsmasq.reads(mac) === 2,
      );
    });

    it('does not follow what was so before the admission', async () => {
      const node = randomUUID();
      await api.put({ uuid: node, task: null });
      const mac = '52:54:00:dc:fe:01';
      const question = { node, task: randomUUID(), macs: [mac] };
      const { policy } = await ask('admit', question);
      await api.put({ uuid: node, task: question.task });
      await manager.refresh();
      expect(await ask('admit', question)).toMatchObject({ inPlace: true, policy });
      // Only its own: admissions of other tests may be taken back at any moment.
      expect(await database.query('SELECT allowed FROM mac_policies WHERE mac = $1', [mac])).toEqual([
        { allowed: true },
      ]);
    });

    it('survives a restart of the manager and of dnsmasq; changed and foreign files are put right', async () => {
      const { mac, question } = await nodeWithTask();
      const { policy } = await ask('admit', question);
      const stranger = '52:54:00:dc:fd:01';
      await manager.stop();
      await dnsmasq.stop();
      writeFileSync(join(dnsmasq.hostsdir, mac), `${mac},ignore\n`);
      writeFileSync(join(dnsmasq.hostsdir, stranger), `${stranger}\n`);
      await dnsmasq.start();
      manager = await runDhcpManager(stack, withDnsmasq);
      expect(await ask('admit', question)).toMatchObject({ inPlace: true, policy });
      expect(dnsmasq.file(mac)).toBe(`${mac}\n`);
      await waitFor('the stranger has no file', () => !existsSync(join(dnsmasq.hostsdir, stranger)));
      expect(dnsmasq.reads(stranger)).toBeGreaterThanOrEqual(2);
    });
  });

  describe('several managers', () => {
    it('of one segment and of another agree, and what is in place stands in the files at that moment', async () => {
      const elsewhere = join(folder, 'elsewhere');
      const often = { BESSEMER_DHCP_SWEEP: '20ms', BESSEMER_DHCP_ANSWER_WAIT: '8s' };
      const others = await Promise.all([
        runDhcpManager(stack, { ...withDnsmasq, ...often }),
        runDhcpManager(stack, { BESSEMER_DHCP_SEGMENT: 'elsewhere', BESSEMER_DHCP_HOSTSDIR: elsewhere, ...often }),
      ]);
      const askUntilInPlace = (method: 'admit' | 'refuse', question: object) =>
        waitFor('it is in place', async () => {
          const answer = await ask(method, question);
          return answer.inPlace && answer;
        });
      const bothFiles = (mac: string) => [dnsmasq.file(mac), readFileSync(join(elsewhere, mac), 'utf8')];
      const passThrough = async () => {
        const { node, task, mac, question } = await nodeWithTask();
        const { policy, segments } = await askUntilInPlace('admit', question);
        expect(segments).toEqual(['default', 'elsewhere']);
        expect(bothFiles(mac)).toEqual([`${mac}\n`, `${mac}\n`]);
        await askUntilInPlace('refuse', { node, task });
        expect(bothFiles(mac)).toEqual([`${mac},ignore\n`, `${mac},ignore\n`]);
        return policy;
      };
      try {
        const policies = await Promise.all(Array.from({ length: 20 }, passThrough));
        expect(new Set(policies).size).toBe(20);
      } finally {
        for (const other of others) await other.stop();
        await database.query("DELETE FROM segments WHERE name = 'elsewhere'");
      }
    });
  });

  describe('without a log of dnsmasq', () => {
    it('a written file is in place', async () => {
      await manager.stop();
      manager = await runDhcpManager(stack, { BESSEMER_DHCP_HOSTSDIR: dnsmasq.hostsdir });
      const { mac, question } = await nodeWithTask();
      const { policy } = await ask('admit', question);
      expect(dnsmasq.file(mac)).toBe(`${mac}\n`);
      const event = await waitFor('the event', () => applied.find((item) => item.policy === policy));
      expect(event.confirmed).toBe(false);
    });
  });

  describe('without a hostsdir', () => {
    it('everything is in place at once, for that reason', async () => {
      await manager.stop();
      manager = await runDhcpManager(stack);
      const { question } = await nodeWithTask();
      const answer = await ask('admit', question);
      expect(answer).toMatchObject({ inPlace: true, reason: 'DHCP is off: no hostsdir is configured' });
      const health = await fetch(`http://127.0.0.1:${manager.healthPort}/health`);
      expect(health.status).toBe(200);
      expect(await health.json()).toMatchObject({
        status: 'ok',
        segment: { name: 'default', mode: 'off', problem: null },
      });
    });
  });
});
