import { describe, expect, it } from 'vitest';
import { parseInstackenv } from './instackenv.js';

const types = ['ipmi', 'fake-hardware', 'manual-management'];
const machine = (fields: object = {}) => ({
  pm_type: 'pxe_ipmitool',
  mac: ['FA:16:3E:2A:0E:36'],
  pm_user: 'admin',
  pm_password: 'password',
  pm_addr: '10.0.0.8',
  ...fields,
});
const problemsOf = (content: unknown) =>
  parseInstackenv(content, types).problems.map(({ index, field }) => `${index} ${field}`);

describe(parseInstackenv.name, () => {
  it('reads the form of the slides', () => {
    const { registrations, problems, warnings } = parseInstackenv({ nodes: [machine()] }, types);
    expect(problems).toEqual([]);
    expect(warnings.map((warning) => warning.field)).toEqual(['pm_type']);
    expect(registrations[0]).toMatchObject({
      driver: 'ipmi',
      driver_info: { ipmi_address: '10.0.0.8', ipmi_username: 'admin', ipmi_password: 'password' },
      ports: [{ address: 'fa:16:3e:2a:0e:36' }],
      bmc: '10.0.0.8:623',
    });
  });

  it('takes the list itself, ports, passed-through driver fields and properties', () => {
    const { registrations, problems } = parseInstackenv(
      [
        machine({
          mac: undefined,
          ports: [{ address: '52:54:00:00:00:01', physical_network: 'ctlplane' }],
          pm_type: 'ipmi',
          pm_port: '6230',
          ipmi_cipher_suite: 3,
          cpu: '4',
          memory: 8192,
          disk: '40',
          arch: 'x86_64',
          capabilities: 'z:1,a:2',
          profile: 'compute',
          kernel_id: 'http://192.0.2.1/kernel',
          _comment: 'ignored',
        }),
      ].map(({ mac: _, ...rest }) => rest),
      types,
    );
    expect(problems).toEqual([]);
    expect(registrations[0]).toMatchObject({
      driver_info: {
        ipmi_port: 6230,
        ipmi_cipher_suite: 3,
        deploy_kernel: 'http://192.0.2.1/kernel',
        rescue_kernel: 'http://192.0.2.1/kernel',
      },
      properties: {
        cpus: 4,
        memory_mb: 8192,
        local_gb: 40,
        cpu_arch: 'x86_64',
        capabilities: 'a:2,profile:compute,z:1',
      },
      ports: [{ address: '52:54:00:00:00:01', physical_network: 'ctlplane' }],
      bmc: '10.0.0.8:6230',
    });
  });

  it.each([
    ['no list', {}, ['null nodes']],
    ['an empty list', { nodes: [] }, ['null nodes']],
    ['not even JSON of the kind', 'text', ['null nodes']],
    ['a record that is no object', { nodes: [7] }, ['0 null']],
    ['no pm_type', { nodes: [{ pm_addr: 'x' }] }, ['0 pm_type']],
    ['an unknown pm_type', { nodes: [machine({ pm_type: 'pxe_ssh' })] }, ['0 pm_type']],
    ['a type that nobody serves', { nodes: [machine({ pm_type: 'redfish', pm_system_id: '/x' })] }, ['0 pm_type']],
    ['no address', { nodes: [machine({ pm_addr: '' })] }, ['0 pm_addr']],
    ['a bad port', { nodes: [machine({ pm_port: 70000 })] }, ['0 pm_port']],
    ['a bad MAC', { nodes: [machine({ mac: ['zz'] })] }, ['0 mac[0]']],
    ['an unknown field', { nodes: [machine({ colour: 'red' })] }, ['0 colour']],
    ['memory that is no number', { nodes: [machine({ memory: 'much' })] }, ['0 memory']],
    ['malformed capabilities', { nodes: [machine({ capabilities: 'abc' })] }, ['0 capabilities']],
    ['root_device as text', { nodes: [machine({ root_device: 'sda' })] }, ['0 root_device']],
    ['platform without arch', { nodes: [machine({ platform: 'SNB' })] }, ['0 platform']],
  ])('refuses %s', (_, content, expected) => {
    expect(problemsOf(content)).toEqual(expected);
  });

  it('reports every problem of every record at once', () => {
    const content = {
      nodes: [
        machine({ mac: ['zz', 'yy'], pm_port: 'x' }),
        machine(),
        machine({ pm_type: 'nope' }),
        machine({ name: 1 }),
      ],
    };
    expect(problemsOf(content)).toEqual([
      '0 pm_port',
      '0 mac[0]',
      '0 mac[1]',
      '2 pm_type',
      '3 name',
      '1 pm_addr',
      '3 pm_addr',
      '3 mac',
    ]);
  });

  it('never repeats a password', () => {
    const { problems, warnings } = parseInstackenv(
      { nodes: [machine({ pm_password: 's3cret', pm_port: 0, a: 1 })] },
      types,
    );
    expect(JSON.stringify([problems, warnings])).not.toContain('s3cret');
  });
});
