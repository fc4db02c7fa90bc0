import { type ProvisionState, presentedState, provisionStates } from '@bessemer/lifecycle';
import type { Field, Fields, RenderContext } from './field.js';

/** The state as a client of the version knows it: asked of the lifecycle, written into the statement. */
function renderState(column: string): (context: RenderContext) => string {
  return ({ minor }) => {
    const renamed = provisionStates.filter((state) => presentedState(state, minor) !== state);
    if (renamed.length === 0) return column;
    const cases = renamed.map((state: ProvisionState) => {
      const shown = presentedState(state, minor);
      return `WHEN '${state}' THEN ${shown === null ? 'NULL' : `'${shown}'`}`;
    });
    return `CASE ${column} ${cases.join(' ')} ELSE ${column} END`;
  };
}

const anInterface = (since: number): Field => ({
  type: 'string',
  since,
  create: true,
  patch: true,
  task: true,
  repeats: true,
});
const links = (path: string, since?: number): Field => ({
  type: 'links',
  since,
  virtual: true,
  link: `nodes/{uuid}/${path}`,
});
const step = (since: number): Field => ({ type: 'secrets', since });

/**
 * How long a conductor counts as alive after its last announcement (reference: conductor.md §1).
 */
export const conductorAliveFor = "interval '60 seconds'";

const isAlive = `c.online AND c.updated_at > now() - ${conductorAliveFor}`;

/** The conductor of a node: the owner of its task, else the one that rendezvous hashing gives among the live ones. */
const conductorOf = `COALESCE(r.task_owner, (
  SELECT c.hostname FROM conductors c
  WHERE ${isAlive} AND c.conductor_group = r.conductor_group AND jsonb_exists(c.drivers, r.driver)
  ORDER BY md5(c.hostname || r.uuid::text) DESC LIMIT 1))`;

/** Who is alive, by group and hardware type. It names no column of the row: Postgres finds it once a statement. */
const candidates = `(SELECT jsonb_object_agg(conductor_group, by_driver) FROM (
    SELECT conductor_group, jsonb_object_agg(driver, hosts) AS by_driver FROM (
      SELECT c.conductor_group, served.driver, jsonb_agg(c.hostname) AS hosts
      FROM conductors c, jsonb_array_elements_text(c.drivers) AS served (driver) WHERE ${isAlive} GROUP BY 1, 2) AS pairs
    GROUP BY 1) AS groups) -> r.conductor_group -> r.driver`;

/** The same for many rows: where there is one candidate, nothing is hashed. */
const conductorInList = `COALESCE(r.task_owner, CASE jsonb_array_length(${candidates}) WHEN 1 THEN ${candidates} ->> 0
  ELSE (SELECT host FROM jsonb_array_elements_text(${candidates}) AS candidate (host)
    ORDER BY md5(host || r.uuid::text) DESC LIMIT 1) END)`;

/** Every field of a node (reference: api.md §2.2). */
export const nodeFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  automated_clean: { type: 'boolean', since: 47, create: true, patch: true, repeats: true },
  bios_interface: anInterface(40),
  boot_interface: anInterface(31),
  boot_mode: { type: 'string', since: 75, task: true, repeats: true },
  clean_step: step(7),
  conductor_group: { type: 'string', since: 46, create: true, patch: true, maxLength: 255, repeats: true },
  console_enabled: { type: 'boolean', create: true, task: true, repeats: true },
  console_interface: anInterface(31),
  deploy_interface: anInterface(31),
  deploy_step: step(44),
  description: { type: 'string', since: 51, create: true, patch: true, task: true, maxLength: 4096 },
  disable_power_off: { type: 'boolean', since: 95, create: true, patch: true, notNull: true, repeats: true },
  driver: { type: 'string', create: true, patch: true, required: true, notNull: true, maxLength: 255, repeats: true },
  driver_info: { type: 'secrets', create: true, patch: true, task: true },
  driver_internal_info: {
    type: 'secrets',
    since: 3,
    task: true,
    sql: () =>
      `CASE WHEN r.agent_token_digest IS NULL THEN r.driver_internal_info
        ELSE r.driver_internal_info || '{"agent_secret_token": "******"}'::jsonb END`,
  },
  extra: { type: 'object', create: true, patch: true, task: true },
  fault: { type: 'string', since: 42, repeats: true },
  firmware_interface: anInterface(86),
  health: { type: 'string', since: 109, task: true, values: ['OK', 'Warning', 'Critical'], repeats: true },
  inspection_finished_at: { type: 'datetime', since: 6 },
  inspection_started_at: { type: 'datetime', since: 6 },
  inspect_interface: anInterface(31),
  instance_info: { type: 'secrets', create: true, patch: true, task: true },
  instance_name: { type: 'string', since: 104, create: true, patch: true, minLength: 1, maxLength: 255 },
  instance_uuid: { type: 'uuid', create: true, patch: true, listed: true },
  last_error: { type: 'string' },
  lessee: { type: 'string', since: 65, create: true, patch: true, maxLength: 255, repeats: true },
  maintenance: { type: 'boolean', create: true, patch: true, notNull: true, listed: true, repeats: true },
  maintenance_reason: { type: 'string', repeats: true },
  management_interface: anInterface(31),
  name: { type: 'string', since: 5, create: true, patch: true, task: true, listed: true },
  network_data: { type: 'object', since: 66, create: true, patch: true },
  network_interface: anInterface(20),
  owner: { type: 'string', since: 50, create: true, patch: true, maxLength: 255, repeats: true },
  parent_node: { type: 'uuid', since: 83, create: true, patch: true, repeats: true },
  power_interface: anInterface(31),
  power_state: { type: 'string', listed: true, task: true, repeats: true },
  properties: { type: 'object', create: true, patch: true, task: true },
  protected: { type: 'boolean', since: 48, patch: true, notNull: true, repeats: true },
  protected_reason: { type: 'string', since: 48, patch: true, repeats: true },
  provision_state: { type: 'string', listed: true, sql: renderState('r.provision_state'), repeats: true },
  provision_updated_at: { type: 'datetime' },
  raid_config: { type: 'object', since: 12, task: true },
  raid_interface: anInterface(31),
  rescue_interface: anInterface(38),
  reservation: { type: 'string', repeats: true },
  resource_class: { type: 'string', since: 21, create: true, patch: true, task: true, maxLength: 80, repeats: true },
  retired: { type: 'boolean', since: 61, create: true, patch: true, notNull: true, repeats: true },
  retired_reason: { type: 'string', since: 61, create: true, patch: true, repeats: true },
  secure_boot: { type: 'boolean', since: 75, task: true, repeats: true },
  service_step: step(87),
  shard: { type: 'string', since: 82, create: true, patch: true, maxLength: 255, repeats: true },
  storage_interface: anInterface(33),
  target_power_state: { type: 'string', task: true, repeats: true },
  target_provision_state: { type: 'string', sql: renderState('r.target_provision_state'), repeats: true },
  target_raid_config: { type: 'object', since: 12, task: true },
  traits: {
    type: 'list',
    repeats: true,
    since: 37,
    virtual: true,
    sql: () =>
      `(SELECT COALESCE(json_agg(t.trait ORDER BY t.trait), '[]'::json) FROM node_traits t WHERE t.node_uuid = r.uuid)`,
  },
  vendor_interface: anInterface(31),
  links: { type: 'list', virtual: true, link: 'nodes/{uuid}' },
  conductor: {
    type: 'string',
    repeats: true,
    since: 49,
    virtual: true,
    sql: ({ isList }) => (isList === true ? conductorInList : conductorOf),
  },
  allocation_uuid: {
    type: 'uuid',
    since: 52,
    virtual: true,
    sql: () => '(SELECT a.uuid FROM allocations a WHERE a.node_uuid = r.uuid)',
  },
  chassis_uuid: { type: 'uuid', create: true, patch: true, sortable: false, repeats: true },
  ports: links('ports'),
  states: links('states', 14),
  portgroups: links('portgroups', 24),
  volume: links('volume', 32),
};

/** The SQL of a node's conductor, for the filter by its name. */
export const nodeConductor = conductorOf;

/** The order in which the link to a next page names the fields of a plain list. */
export const nodeListedOrder = ['instance_uuid', 'maintenance', 'power_state', 'provision_state', 'uuid', 'name'];

/** The fields of `GET /v1/nodes/{node}/states`. */
export const nodeStateFields = [
  'console_enabled',
  'last_error',
  'power_state',
  'provision_state',
  'provision_updated_at',
  'target_power_state',
  'target_provision_state',
  'raid_config',
  'target_raid_config',
  'boot_mode',
  'secure_boot',
];
