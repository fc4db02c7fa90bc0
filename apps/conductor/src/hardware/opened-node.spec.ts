import type { NodeRecord } from '@bessemer/contracts';
import { generateSealingKey, sealSecrets } from '@bessemer/secrets';
import { describe, expect, it } from 'vitest';
import { SecretsOpener, scrub } from './opened-node.js';

const uuid = '0a1b2c3d-0000-4000-8000-000000000001';
const key = generateSealingKey();
const sealed = (field: string, value: object) => sealSecrets(value, key, { node: uuid, field });

describe(SecretsOpener.name, () => {
  const driverInfo = { ipmi_password: { a: 'opensesame' }, ipmi_address: '192.0.2.7' };
  const instanceInfo = { configdrive: { user_data: 'root:changeme', meta_data: { key: ['k3y-of-root'] } } };
  const record = {
    uuid,
    driver_info: sealed('driver_info', driverInfo),
    instance_info: sealed('instance_info', instanceInfo),
  };
  const opened = new SecretsOpener([key]).open(record as NodeRecord, {});

  it('opens what is sealed as a whole to the same objects', () => {
    expect(opened.node).toMatchObject({ driver_info: driverInfo, instance_info: instanceInfo });
  });

  it('knows the pieces of such a secret, so that none is shown', () => {
    const text = 'opensesame at 192.0.2.7 wrote k3y-of-root and root:changeme';
    expect(scrub(text, opened.secrets)).toBe('****** at 192.0.2.7 wrote ****** and ******');
    expect(scrub(JSON.stringify(instanceInfo.configdrive), opened.secrets)).toBe('******');
  });
});
