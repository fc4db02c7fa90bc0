import { describe, expect, it } from 'vitest';
import { LogReader } from './log-reader.js';

const mac = '52:54:00:00:00:01';
const notice = `Nov 21 09:11:29 dnsmasq[1]: inotify: /run/a b/hosts.d/${mac} new or modified`;
const read = `Nov 21 09:11:29 dnsmasq-dhcp[1]: read /run/a b/hosts.d/${mac}`;
const start = 'Nov 21 09:11:26 dnsmasq[1]: started, version 2.90 DNS disabled';

describe(LogReader.name, () => {
  it.each<[string, [string, number][], number[]]>([
    [
      'a notice and a read',
      [
        [notice, 100],
        [read, 200],
      ],
      [7],
    ],
    [
      'the same from an older dnsmasq',
      [
        [`x dnsmasq[1]: inotify, new or changed file /h/${mac}`, 100],
        [read, 200],
      ],
      [7],
    ],
    [
      'a read after a start',
      [
        [start, 150],
        [read, 200],
      ],
      [7],
    ],
    [
      'both twice',
      [
        [notice, 100],
        [read, 200],
        [notice, 300],
        [read, 400],
      ],
      [7],
    ],
    [
      'a read that had begun before',
      [
        [notice, 50],
        [read, 200],
      ],
      [],
    ],
    ['a read alone', [[read, 200]], []],
    [
      'both before',
      [
        [notice, 50],
        [read, 60],
      ],
      [],
    ],
    [
      'another file',
      [
        [notice, 100],
        [read.replace('01', '02'), 200],
      ],
      [],
    ],
    [
      'a lease',
      [
        [notice, 100],
        [`dnsmasq-dhcp[1]: 1 DHCPACK(v0) 10.0.0.1 ${mac}`, 200],
      ],
      [],
    ],
  ])('%s', (_, lines, expected) => {
    const seen: number[] = [];
    const sut = new LogReader((_mac, generation) => seen.push(generation));
    sut.expect(mac, 7, 100);
    for (const [text, offset] of lines) sut.line(text, offset);
    expect(seen).toEqual(expected);
  });

  it('follows a log that begins anew', () => {
    const seen: string[] = [];
    const sut = new LogReader((read) => seen.push(read));
    sut.expect(mac, 1, 1000);
    sut.restart();
    sut.line(notice, 0);
    sut.line(read, 80);
    expect(seen).toEqual([mac]);
  });
});
