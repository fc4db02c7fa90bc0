import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { waitFor } from '../integration/stack/index.js';
import { ImageServer, SimulatedFleet, type SimulatedMachine } from '../sim/index.js';
import { BusTap } from './bus-tap.js';
import { EventFollower } from './event-follower.js';
import { ProcessWatch } from './process-watch.js';
import { RecordingProxy } from './recording-proxy.js';
import type { Answer, CommandResult, RunningInstance } from './running-instance.js';
import { randomCore, type SecretSearch } from './secret-search.js';

/** Characters that JSON, URLs, shells and rows of a table treat in a way of their own; the first ones a BMC takes too. */
const awkward = '&<%+';
const veryAwkward = '&<%+ "\\\'é';
const stepMs = 40_000;

interface Node {
  provision_state: string;
  power_state: string | null;
  target_power_state: string | null;
  reservation: string | null;
  last_error: string | null;
}

/** Takes two machines through their lives while secrets are given in every way there is, and keeps all that is seen. */
export class LifeOfSecrets {
  /** Each request with what was answered. */
  readonly answers: string[] = [];
  /** What the commands printed. */
  readonly output: string[] = [];
  /** UUIDs of the nodes, in the order of their making. */
  readonly nodes: string[] = [];
  /** How many agents have got a token. */
  tokens = 0;
  readonly processes = new ProcessWatch();
  private files = 0;
  private readonly stops: (() => Promise<void> | void)[] = [];

  private constructor(
    private readonly instance: RunningInstance,
    private readonly secrets: SecretSearch,
    /** Name of the user at each BMC, which may be seen: it shows that a search would find what is there. */
    readonly user: string,
    readonly bus: BusTap,
    readonly events: EventFollower,
  ) {}

  /** Begins to listen to all that the instance says. */
  static async begin(instance: RunningInstance, secrets: SecretSearch): Promise<LifeOfSecrets> {
    const bus = await BusTap.start(instance);
    const events = await EventFollower.start(instance.apiUrl);
    const life = new LifeOfSecrets(instance, secrets, randomCore(), bus, events);
    life.stops.push(
      () => life.processes.stop(),
      () => events.stop(),
      () => bus.stop(),
    );
    instance.onAnswer = (request, answer) => life.answers.push(`${request} ${answer.status} ${answer.text}`);
    return life;
  }

  /** Ends everything that was started; what was seen stays. */
  async end(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
  }

  /** From the file or the first request to deployment, rescue, failures and undeployment. */
  async live(): Promise<void> {
    const fleet = await this.startMachines();
    const image = await ImageServer.start({ path: this.instance.path('image.raw'), sizeMib: 2 });
    this.stops.push(() => image.stop());
    await Promise.all([this.lifeByRequests(fleet.machine('m0'), image), this.lifeByFile(fleet.machine('m1'), image)]);
    await this.failures(fleet.machine('m1'));
    await this.badInput();
    await this.lookAround();
  }

  private async startMachines(): Promise<SimulatedFleet> {
    const proxy = await RecordingProxy.start(this.instance.apiUrl, (request, text) => this.noteToken(request, text));
    this.stops.push(() => proxy.stop());
    const dir = this.instance.path('fleet');
    await mkdir(dir);
    const machines = ['m0', 'm1'].map((name, index) => ({
      name,
      mac: [`52:54:00:00:0e:0${index}`],
      user: this.user,
      password: this.secrets.make(`password of the BMC of ${name}`, awkward),
    }));
    const agent = { heartbeatIntervalS: 1 };
    const fleet = await SimulatedFleet.start({ machines, dir, apiUrl: proxy.url, agent });
    this.stops.push(() => fleet.stop());
    return fleet;
  }

  /** An agent gets its token with its first look-up; nobody else is to see it. */
  private noteToken(request: string, text: string): void {
    if (!request.startsWith('GET /v1/lookup') || !text.includes('agent_token')) return;
    const token: unknown = JSON.parse(text).config.agent_token;
    if (typeof token !== 'string' || !/^[\w-]{32,}$/.test(token)) return;
    this.tokens += 1;
    this.secrets.add(`token of agent ${this.tokens}`, token);
  }

  private async lifeByRequests(machine: SimulatedMachine, image: ImageServer): Promise<void> {
    const uuid = await this.create({
      ...this.access(machine, machine.access.password),
      snmp_auth_key: this.secrets.make('snmp_auth_key', veryAwkward),
      nested: { some_token: this.secrets.make('nested token', veryAwkward) },
    });
    const instanceSecret = this.secrets.make('admin_pass of instance_info', veryAwkward);
    await this.ok('PATCH', `/v1/nodes/${uuid}`, [
      { op: 'add', path: '/driver_info/some_token', value: this.secrets.make('patched token', veryAwkward) },
      { op: 'add', path: '/instance_info/admin_pass', value: instanceSecret },
    ]);
    await this.ok('POST', '/v1/ports', { node_uuid: uuid, address: '52:54:00:00:0e:00' });
    await this.verb(uuid, 'manage', 'manageable');
    await this.verb(uuid, 'inspect', 'manageable');
    await this.verb(uuid, 'provide', 'available');
    await this.ok('PATCH', `/v1/nodes/${uuid}`, this.imagePatch(image));
    await this.verb(uuid, 'active', 'active');
    for (const target of ['power off', 'power on']) {
      await this.ok('PUT', `/v1/nodes/${uuid}/states/power`, { target });
      await this.until(uuid, (node) => node.power_state === target && node.target_power_state === null);
    }
    const rescue = { rescue_password: this.secrets.make('rescue_password', veryAwkward) };
    await this.verb(uuid, 'rescue', 'rescue', rescue);
    await this.verb(uuid, 'unrescue', 'active');
    await this.verb(uuid, 'deleted', 'available');
  }

  private async lifeByFile(machine: SimulatedMachine, image: ImageServer): Promise<void> {
    const record = {
      name: 'by-file',
      pm_type: 'pxe_ipmitool',
      pm_user: this.user,
      pm_password: machine.access.password,
      pm_addr: machine.address,
      pm_port: machine.port,
      ipmi_cipher_suite: 3,
      ipmi_extra_secret: this.secrets.make('secret of a file', veryAwkward),
      mac: ['52:54:00:00:0e:01'],
    };
    const imported = await this.importFile({ nodes: [record] }, '--introspect', '--provide');
    if (imported !== 0) throw new Error(`the import ended with ${imported}: ${this.output.join('\n')}`);
    const { uuid } = (await this.ok('GET', '/v1/nodes/by-file')).body;
    this.nodes.push(String(uuid));
    const claim = { name: 'claim', resource_class: 'baremetal', candidate_nodes: [uuid] };
    await this.ok('POST', '/v1/allocations', claim);
    await waitFor(
      'an allocation',
      async () => (await this.ok('GET', '/v1/allocations/claim')).body['state'] === 'active',
    );
    await this.ok('PATCH', `/v1/nodes/${uuid}`, this.imagePatch(image));
    await this.verb(String(uuid), 'active', 'active');
  }

  /** Passwords and keys that the BMC refuses. */
  private async failures(machine: SimulatedMachine): Promise<void> {
    const [active = ''] = this.nodes;
    const kgKey = randomBytes(20).toString('hex').replaceAll('00', '11');
    this.secrets.add('Kg key', kgKey);
    const refused = await this.create({
      ...this.access(machine, this.secrets.make('wrong password', awkward)),
      ipmi_hex_kg_key: kgKey,
    });
    await this.ok('PUT', `/v1/nodes/${refused}/states/provision`, { target: 'manage' });
    await this.until(refused, (node) => node.provision_state === 'enroll' && node.last_error !== null);
    const other = this.secrets.make('other wrong password', awkward);
    await this.ok('PATCH', `/v1/nodes/${active}`, [
      { op: 'replace', path: '/driver_info/ipmi_password', value: other },
    ]);
    await this.ok('PUT', `/v1/nodes/${active}/states/power`, { target: 'rebooting' });
    await this.until(active, (node) => node.last_error !== null && node.target_power_state === null);
  }

  /** Secrets in requests and files that are refused. */
  private async badInput(): Promise<void> {
    const [node = ''] = this.nodes;
    const wrong = this.secrets.make('secret in bad input', veryAwkward);
    const create = (fields: object) => this.refused('POST', '/v1/nodes', { driver: 'ipmi', ...fields });
    const patch = (...operations: object[]) => this.refused('PATCH', `/v1/nodes/${node}`, operations);
    await this.refused('POST', '/v1/nodes', `{"driver_info":{"ipmi_password":${JSON.stringify(wrong)}`);
    await this.refused('POST', '/v1/nodes', `{"ipmi_password":${JSON.stringify(wrong)} x}`);
    await create({ driver_info: wrong });
    await create({ driver_info: [{ ipmi_password: wrong }] });
    await create({ driver_info: { ipmi_password: wrong }, nosuchfield: { ipmi_password: wrong } });
    await create({ driver: 'nosuchdriver', driver_info: { ipmi_password: wrong } });
    await patch({ op: 'add', path: '/driver_info/ipmi_password/deeper', value: wrong });
    await patch({ op: 'replace', path: '/driver_info/nosuch_password', value: wrong });
    await patch({ op: 'replace', path: '/driver_info', value: wrong });
    await patch({ op: 'nosuch', path: '/driver_info/ipmi_password', value: wrong });
    await patch({ op: 'add', path: '/nosuchfield', value: { password: wrong } });
    const rescue = { target: 'rescue', rescue_password: wrong };
    await this.refused('PUT', `/v1/nodes/${node}/states/provision`, { ...rescue, nosuch: 1 });
    await this.refused('PUT', `/v1/nodes/${node}/states/provision`, rescue);
    await this.refused('PUT', `/v1/nodes/${node}/states/provision`, { ...rescue, rescue_password: [wrong] });
    const record = { pm_type: 'ipmi', pm_addr: '192.0.2.1', pm_password: wrong };
    for (const bad of [{ mac: ['zz'] }, { pm_password: { is: wrong } }, { ipmi_port: 'x', nosuchfield: wrong }])
      await this.importFile({ nodes: [{ ...record, ...bad }] });
    const file = this.instance.path('malformed.json');
    await writeFile(file, `{"nodes":[{"pm_password":${JSON.stringify(wrong)} x}]}`, { mode: 0o600 });
    this.keep(await this.instance.command('node import', file));
  }

  /** Everything that can be asked of the api. */
  private async lookAround(): Promise<void> {
    const views = ['', '/states', '/validate', '/history', '/history?detail=true', '/explain', '/inventory', '/ports'];
    for (const node of this.nodes) for (const view of views) await this.instance.get(`/v1/nodes/${node}${view}`);
    const lists = ['nodes', 'nodes/detail', 'nodes?fields=uuid,driver_info,instance_info', 'allocations', 'workflows'];
    for (const list of [...lists, 'allocations/claim', 'conductors', 'ports/detail', 'drivers/ipmi/properties'])
      await this.ok('GET', `/v1/${list}`);
    const { workflows } = (await this.ok('GET', '/v1/workflows')).body as { workflows: { uuid: string }[] };
    for (const { uuid } of workflows) await this.ok('GET', `/v1/workflows/${uuid}`);
    for (const command of ['status', 'logs', 'dead-letters list'])
      this.keep(await this.instance.command(command, ...(command === 'status' ? ['--json'] : [])));
  }

  private access(machine: SimulatedMachine, password: string): Record<string, unknown> {
    const { address, port } = machine;
    const where = { ipmi_address: address, ipmi_port: port, ipmi_cipher_suite: 3 };
    return { ...where, ipmi_username: this.user, ipmi_password: password };
  }

  private async create(driver_info: Record<string, unknown>): Promise<string> {
    const body = { driver: 'ipmi', rescue_interface: 'agent', driver_info };
    const { uuid } = (await this.ok('POST', '/v1/nodes', body)).body;
    this.nodes.push(String(uuid));
    return String(uuid);
  }

  private imagePatch(image: ImageServer): object[] {
    const info = {
      image_source: image.url,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: image.sha256,
      image_disk_format: 'raw',
    };
    return Object.entries(info).map(([name, value]) => ({ op: 'add', path: `/instance_info/${name}`, value }));
  }

  private async importFile(content: object, ...options: string[]): Promise<CommandResult['code']> {
    this.files += 1;
    const file = this.instance.path(`instackenv-${this.files}.json`);
    await writeFile(file, JSON.stringify(content), { mode: 0o600 });
    const result = await this.instance.command('node import', file, ...options);
    this.keep(result);
    return result.code;
  }

  private keep({ stdout, stderr }: CommandResult): void {
    this.output.push(stdout, stderr);
  }

  private async ok(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.instance.request(method, path, body);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  private async refused(method: string, path: string, body: unknown): Promise<void> {
    const { status, text } = await this.instance.request(method, path, body);
    if (status < 400 || status >= 500) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  private async verb(node: string, target: string, state: string, more: object = {}): Promise<void> {
    await this.ok('PUT', `/v1/nodes/${node}/states/provision`, { target, ...more });
    await this.until(node, ({ provision_state, last_error }) => {
      if (/failed|error/.test(provision_state)) throw new Error(`${target}: ${provision_state}, ${last_error}`);
      return provision_state === state;
    });
  }

  private async until(uuid: string, condition: (node: Node) => boolean): Promise<void> {
    const deadline = performance.now() + stepMs;
    for (;;) {
      const news = this.bus.nextEvent(1000);
      const { text } = await this.ok('GET', `/v1/nodes/${uuid}`);
      const node: Node = JSON.parse(text);
      if (node.reservation === null && condition(node)) return;
      if (performance.now() > deadline) throw new Error(`it does not get there: ${text}`);
      await news;
    }
  }
}
