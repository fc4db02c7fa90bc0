import { describe, expect, it } from 'vitest';
import {
  generateSealingKey,
  isSealed,
  looksSecret,
  maskSecrets,
  openSecrets,
  openStepArguments,
  sealSecrets,
  sealStepArguments,
  sealValue,
} from './index.js';

const key = generateSealingKey();
const context = { node: 'a-node', field: 'driver_info' };
const driverInfo = {
  ipmi_address: '192.0.2.7',
  ipmi_password: 'opensesame',
  ipmi_port: 623,
  redfish: { Password: 42, url: 'https://192.0.2.8' },
  list: [{ auth_token: 'abc' }, 'plain'],
  snmp_priv_key: null,
};

describe('looksSecret', () => {
  it.each([
    'ipmi_password',
    'redfishPassword',
    'agent_secret_token',
    'snmp_auth_key',
    'snmp_priv_key',
    'adminPass',
    'configdrive',
  ])('knows %s', (name) => expect(looksSecret(name)).toBe(true));
  it.each(['ipmi_address', 'ipmi_username', 'deploy_kernel', 'bypass', 'key', 'passthru'])('leaves %s', (name) =>
    expect(looksSecret(name)).toBe(false),
  );
});

describe('maskSecrets', () => {
  it('masks at any depth and leaves its argument alone', () => {
    const copy = structuredClone(driverInfo);
    expect(maskSecrets(driverInfo)).toEqual({
      ...driverInfo,
      ipmi_password: '******',
      redfish: { Password: '******', url: 'https://192.0.2.8' },
      list: [{ auth_token: '******' }, 'plain'],
      snmp_priv_key: '******',
    });
    expect(driverInfo).toEqual(copy);
  });

  it('masks what is sealed whatever its name', () => {
    expect(maskSecrets(sealSecrets({ community: 'x' }, key, context, (name) => name === 'community'))).toEqual({
      community: '******',
    });
  });

  it('masks an object or a list under the name of a secret as a whole', () => {
    const value = { image_pull_secret: { user: 'a' }, nested: { passwords: ['b'], credential: {} } };
    expect(maskSecrets(value)).toEqual({
      image_pull_secret: '******',
      nested: { passwords: '******', credential: '******' },
    });
  });

  it('goes by the declaration where one is given', () => {
    expect(maskSecrets({ community: 'x', password: 'y' }, (name) => name === 'community')).toEqual({
      community: '******',
      password: 'y',
    });
  });
});

describe('sealSecrets', () => {
  const sealed = sealSecrets(driverInfo, key, context);

  it('seals the secrets and nothing else', () => {
    expect(isSealed(sealed.ipmi_password)).toBe(true);
    expect(sealed.ipmi_address).toBe('192.0.2.7');
    expect(sealed.snmp_priv_key).toBeNull();
    expect(JSON.stringify(sealed)).not.toContain('opensesame');
  });

  it('is undone by openSecrets, numbers included', () => {
    expect(openSecrets(sealed, [key], context)).toEqual(driverInfo);
  });

  it('leaves what is sealed already', () => {
    expect(sealSecrets(sealed, key, context)).toEqual(sealed);
  });

  it('seals an object or a list as a whole, which opens to the same', () => {
    const value = {
      ipmi_password: { a: 'opensesame', deep: { password: [1] } },
      list: [{ tokens: ['x', { y: null }] }],
    };
    const whole = sealSecrets(value, key, context);
    expect(isSealed(whole.ipmi_password)).toBe(true);
    expect(isSealed(whole.list[0]?.tokens)).toBe(true);
    expect(openSecrets(whole, [key], context)).toEqual(value);
  });

  it('seals the rest of an object piece by piece when a piece of it is sealed already', () => {
    const value = { access: { user: 'operator', password: 'opensesame', list: ['a'] } };
    const again = sealSecrets(sealSecrets(value, key, context), key, context, (name) => name === 'access');
    expect(isSealed(again.access.user)).toBe(true);
    expect(openSecrets(again, [key], context)).toEqual(value);
  });

  it('lets a value of a list open wherever the list has come to hold it', () => {
    const list = [{ token: 'a' }, { token: 'b' }, { token: 'c' }];
    const { list: items } = sealSecrets({ list }, key, context);
    expect(openSecrets({ list: items.slice(1).reverse() }, [key], context)).toEqual({ list: list.slice(1).reverse() });
    expect(() => openSecrets({ other: items }, [key], context)).toThrow(/driver_info.other.* cannot be opened/);
  });

  it('opens what was sealed to its place in a list', () => {
    const former = (at: number) => ({
      token: sealValue(key, `t${at}`, { ...context, field: `driver_info.list.${at}.token` }),
    });
    const list = [former(0), former(1)];
    expect(openSecrets({ list }, [key], context)).toEqual({ list: [{ token: 't0' }, { token: 't1' }] });
    expect(() => openSecrets({ list: [former(1)] }, [key], context)).toThrow(
      /driver_info.list.0.token cannot be opened/,
    );
  });

  it('binds each value to its field', () => {
    const swapped = { ipmi_address: sealed.ipmi_password };
    expect(() => openSecrets(swapped, [key], context)).toThrow(/driver_info.ipmi_address cannot be opened/);
  });
});

describe('sealStepArguments', () => {
  const args = { target: 'disk', settings: [{ name: 'a', admin_password: 'opensesame' }] };

  it('seals secrets so that they open wherever a patch has moved their step, and as nothing else', () => {
    const sealed = sealStepArguments(args, key);
    expect(sealed.target).toBe('disk');
    expect(JSON.stringify(sealed)).not.toContain('opensesame');
    expect(openStepArguments({ settings: [...sealed.settings].reverse() }, [key])).toEqual({ settings: args.settings });
    expect(() => openSecrets(sealed, [key], context)).toThrow(/cannot be opened/);
  });

  it('leaves what is sealed already', () => {
    const sealed = sealStepArguments(args, key);
    expect(sealStepArguments(sealed, key)).toEqual(sealed);
  });
});
