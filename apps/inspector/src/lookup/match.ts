import type { Evidence } from './evidence.js';

/** What the look-up knows of a machine. */
export interface Candidate {
  uuid: string;
  macs: readonly string[];
  bmcAddresses: readonly string[];
  serial: string | null;
  /** Whether it waits for inspection data; only such a machine is found by its BMC address or serial number alone. */
  isWaiting: boolean;
}

/** What the look-up found. */
export type Match =
  | { kind: 'found'; uuid: string; score: number }
  | { kind: 'none' }
  | { kind: 'idle'; uuid: string }
  | { kind: 'conflict'; uuids: string[]; reason: string };

/** What each kind of evidence weighs; a stronger one outweighs all weaker ones together. */
const weights = { uuid: 8, mac: 4, bmc: 2, serial: 1 } as const;

interface Scored {
  candidate: Candidate;
  score: number;
  isStrong: boolean;
}

/**
 * Finds the one machine that the evidence speaks for. Whenever it speaks for two, the answer is a conflict and names
 * them: a guess would write one machine's hardware into another's record.
 *
 * @param candidates every machine that shares something with the evidence
 */
export function matchMachine(evidence: Evidence, candidates: readonly Candidate[]): Match {
  const scored = candidates
    .map((candidate) => score(evidence, candidate))
    .filter((item) => item.isStrong || (item.candidate.isWaiting && item.score > 0))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (best === undefined) return { kind: 'none' };
  const strong = scored.filter((item) => item.isStrong);
  if (strong.length > 1) return conflict(strong, 'the UUID and the MAC addresses belong to different nodes');
  if (second !== undefined && second.score === best.score)
    return conflict(
      scored.filter((item) => item.score === best.score),
      'the BMC address or the serial number belongs to several nodes',
    );
  const rival = rivalByBmc(evidence, best, scored);
  if (rival) return conflict([best, rival], 'the MAC addresses and the BMC address belong to different nodes');
  if (!best.candidate.isWaiting) return { kind: 'idle', uuid: best.candidate.uuid };
  return { kind: 'found', uuid: best.candidate.uuid, score: best.score };
}

function score(evidence: Evidence, candidate: Candidate): Scored {
  const isUuid = evidence.uuid === candidate.uuid;
  const isMac = evidence.macs.some((mac) => candidate.macs.includes(mac));
  const isSerial = evidence.serial !== null && evidence.serial === candidate.serial;
  return {
    candidate,
    isStrong: isUuid || isMac,
    score:
      Number(isUuid) * weights.uuid +
      Number(isMac) * weights.mac +
      Number(sharesBmc(evidence, candidate)) * weights.bmc +
      Number(isSerial) * weights.serial,
  };
}

function sharesBmc(evidence: Evidence, { bmcAddresses }: Candidate): boolean {
  return evidence.bmcAddresses.some((address) => bmcAddresses.includes(address));
}

/** Another machine at whose BMC address the data was collected, when the best one's own BMC is elsewhere. */
function rivalByBmc(evidence: Evidence, best: Scored, scored: readonly Scored[]): Scored | undefined {
  if (best.candidate.bmcAddresses.length === 0 || sharesBmc(evidence, best.candidate)) return undefined;
  return scored.find((item) => item !== best && sharesBmc(evidence, item.candidate));
}

function conflict(items: readonly Scored[], reason: string): Match {
  return { kind: 'conflict', uuids: items.map((item) => item.candidate.uuid), reason };
}
