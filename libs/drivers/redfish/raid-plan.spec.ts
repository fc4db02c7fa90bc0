import type { JsonObject } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { type Controller, type Drive, logicalDisks, planVolumes } from './raid-plan.js';

const gib = 1024 ** 3;

const drive = (name: string, gibibytes: number, more: Partial<Drive> = {}): Drive => ({
  ...{ path: `/${name}`, names: [name], bytes: gibibytes * gib, media: 'SSD', protocol: 'SATA', isUsed: false },
  ...more,
});
const controller = (drives: readonly Drive[], name = 'C1'): Controller => ({
  ...{ names: [name], volumes: `/${name}/Volumes`, drives },
});
const four = ['a', 'b', 'c', 'd'].map((name) => drive(name, 100));
const hdd = { media: 'HDD' };

const plan = (disks: JsonObject[], controllers: readonly Controller[] = [controller(four)]) =>
  planVolumes(logicalDisks({ logical_disks: disks }), controllers).map(({ raidType, bytes, drives }) => [
    raidType,
    bytes / gib,
    drives.join(''),
  ]);

describe(planVolumes.name, () => {
  it.each<[string, JsonObject, unknown[]]>([
    ['as few drives as the level allows', { raid_level: '0', size_gb: 50 }, ['RAID0', 50, '/a']],
    ['more where the size needs it', { raid_level: '0', size_gb: 250 }, ['RAID0', 250, '/a/b/c']],
    ['a mirror of two', { raid_level: '1', size_gb: 'MAX' }, ['RAID1', 100, '/a/b']],
    ['parity of one drive', { raid_level: '5', size_gb: 300 }, ['RAID5', 300, '/a/b/c/d']],
    ['parity of two drives', { raid_level: '6', size_gb: 'MAX' }, ['RAID6', 200, '/a/b/c/d']],
    ['mirrors that are striped', { raid_level: '1+0', size_gb: 'MAX' }, ['RAID10', 200, '/a/b/c/d']],
    ['all drives for all the space', { raid_level: '0', size_gb: 'MAX' }, ['RAID0', 400, '/a/b/c/d']],
    [
      'the number that is asked for',
      { raid_level: '0', size_gb: 10, number_of_physical_disks: 3 },
      ['RAID0', 10, '/a/b/c'],
    ],
    ['the drives that are named', { raid_level: '1', size_gb: 10, physical_disks: ['d', 'b'] }, ['RAID1', 10, '/d/b']],
  ])('takes %s', (_name, disk, volume) => {
    expect(plan([disk])).toEqual([volume]);
  });

  it('gives no drive twice, and the rest to what wants all, in whatever order they are asked for', () => {
    const disks: JsonObject[] = [
      { raid_level: '0', size_gb: 'MAX' },
      { raid_level: '1', size_gb: 50 },
      { raid_level: '0', size_gb: 10, physical_disks: ['a'] },
    ];
    expect(plan(disks)).toEqual([
      ['RAID0', 100, '/d'],
      ['RAID1', 50, '/b/c'],
      ['RAID0', 10, '/a'],
    ]);
  });

  it('takes the smallest drives of one kind that are large enough, and none in use', () => {
    const drives = [
      drive('small', 10),
      drive('spin', 500, hdd),
      drive('used', 100, { isUsed: true }),
      drive('large', 900),
      drive('x', 120),
      drive('y', 120),
    ];
    expect(plan([{ raid_level: '1', size_gb: 100 }], [controller(drives)])).toEqual([['RAID1', 100, '/x/y']]);
    expect(plan([{ raid_level: '0', size_gb: 100, disk_type: 'hdd' }], [controller(drives)])).toEqual([
      ['RAID0', 100, '/spin'],
    ]);
  });

  it('stays on one controller, the named one or one that has what is needed', () => {
    const controllers = [controller([drive('a', 100)], 'C1'), controller([drive('b', 100), drive('c', 100)], 'C2')];
    expect(plan([{ raid_level: '1', size_gb: 10 }], controllers)).toEqual([['RAID1', 10, '/b/c']]);
    expect(plan([{ raid_level: '0', size_gb: 10, controller: 'C2' }], controllers)).toEqual([['RAID0', 10, '/b']]);
    expect(() => plan([{ raid_level: '1', size_gb: 10, controller: 'C1' }], controllers)).toThrow('no free drives');
  });

  it.each<[JsonObject, string]>([
    [{ raid_level: '5', size_gb: 301 }, 'no free drives for the logical disk of RAID level 5 with 301 GiB'],
    [{ raid_level: '0', size_gb: 'MAX', disk_type: 'hdd' }, 'with all GiB'],
    [{ raid_level: '0', size_gb: 'MAX', interface_type: 'sas' }, 'no free drives'],
    [{ raid_level: '1', size_gb: 10, physical_disks: ['a', 'z'] }, 'no free drives'],
    [{ raid_level: '1', size_gb: 10, physical_disks: ['a', 'b', 'c'] }, 'no free drives'],
    [{ raid_level: 'JBOD', size_gb: 10 }, 'No BMC makes volumes of RAID level JBOD'],
    [{ raid_level: '1', size_gb: 0 }, 'size_gb'],
    [{ raid_level: '1', size_gb: 1, share_physical_disks: true }, 'share drives'],
    [{ raid_level: '1', size_gb: 1, physical_disks: 'a' }, 'physical_disks must be a list'],
    [{ raid_level: '1', size_gb: 1, number_of_physical_disks: 'two' }, 'number_of_physical_disks'],
    [{ raid_level: '1', size_gb: 1, controller: 7 }, 'controller of a logical disk must be text'],
  ])('refuses %j', (disk, message) => {
    expect(() => plan([disk])).toThrow(message);
  });

  it('refuses a configuration without disks', () => {
    const configs: (JsonObject | undefined)[] = [undefined, {}, { logical_disks: [] }, { logical_disks: ['x'] }];
    for (const config of configs) expect(() => logicalDisks(config)).toThrow('must have logical_disks');
  });
});
