import { basename } from 'node:path';

/** A MAC address's file that dnsmasq has to read. */
interface Expectation {
  /** Lines before this offset are of earlier files. */
  from: number;
  generation: number;
  /** Whether dnsmasq has begun to look at the file since. */
  isNoticed: boolean;
}

const noticed = /: inotify(?::|, new or changed file) (.+?)(?: new or modified)?$/;
const read = /: read (.+)$/;
const started = /: started, version /;

/**
 * Finds in dnsmasq's log that it has read a file. dnsmasq tells a change first and then that it read the file; only
 * both of them after the file was replaced prove that it read this content, since it may have been reading the one
 * before at that moment. A start counts as the telling, since everything is read then.
 */
export class LogReader {
  private readonly expected = new Map<string, Expectation>();

  /** @param onRead told when the file of this generation was read */
  constructor(private readonly onRead: (mac: string, generation: number) => void) {}

  /**
   * Waits for a file.
   *
   * @param from the log's size before the file was replaced
   */
  expect(mac: string, generation: number, from: number): void {
    this.expected.set(mac, { from, generation, isNoticed: false });
  }

  /** The log has begun anew. */
  restart(): void {
    for (const expectation of this.expected.values()) expectation.from = 0;
  }

  /** Takes one line that begins at the offset. */
  line(text: string, offset: number): void {
    if (started.test(text)) {
      for (const expectation of this.expected.values()) if (offset >= expectation.from) expectation.isNoticed = true;
      return;
    }
    const notice = noticed.exec(text)?.[1];
    const mac = basename(notice ?? read.exec(text)?.[1] ?? '');
    const expectation = this.expected.get(mac);
    if (expectation === undefined || offset < expectation.from) return;
    if (notice !== undefined) expectation.isNoticed = true;
    else if (expectation.isNoticed) {
      this.expected.delete(mac);
      this.onRead(mac, expectation.generation);
    }
  }
}
