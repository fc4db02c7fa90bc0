/** What goes wrong at a simulated BMC. Each may be changed at any time. */
export interface RedfishFaults {
  /** Milliseconds before each answer. */
  delayMs?: number;
  /** Answers this many requests with 503 before it works again. */
  busy?: number;
  /** Cuts the connection of this many requests without an answer. */
  broken?: number;
  /** Refuses requests whose `METHOD path` contains the text with this status and reason. */
  refuse?: { readonly request: string; readonly status: number; readonly reason: string };
  /** Answers every request with a page that is no JSON. */
  garbage?: boolean;
  /** Takes resets and does nothing. */
  deaf?: boolean;
  /** BIOS settings that stay as they are, without a word. */
  biosIgnores?: readonly string[];
  /** The BMC shows the factory's BIOS settings as soon as it is asked for them, before the machine has them. */
  biosShowsAtOnce?: boolean;
  /** The BIOS takes nothing that is left for it, for this reason. */
  biosRefuses?: string;
  /** How often a task of the RAID controller is read before it is over; 1 unless said otherwise. */
  raidReads?: number;
  /** Tasks of the RAID controller fail for this reason. */
  raidFails?: string;
  /** The BMC fetches images by a task, which is read this often before it is over. */
  mediaReads?: number;
  /** The BMC ejects images by a task, which is read this often before it is over. */
  ejectReads?: number;
  /** The BMC cannot fetch images, for this reason. */
  mediaFails?: string;
  /** How often the task of a firmware update is read before it is over; 1 unless said otherwise. */
  updateReads?: number;
  /** Firmware updates fail for this reason. */
  updateFails?: string;
  /** The task of an update of the machine itself is over only when the machine has started. */
  updateWaitsForStart?: boolean;
  /** Has no sessions: asking for one is 404. */
  noSessions?: boolean;
  /** Names its resources at this address. */
  elsewhere?: string;
}
