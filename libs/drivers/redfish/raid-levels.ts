/** A RAID level of the API in the standard's words, and what it makes of drives. */
export interface RaidLevel {
  readonly raidType: string;
  /** The word of services that are older than `RAIDType`. */
  readonly volumeType: string;
  readonly fewestDrives: number;
  /** How many drives there must be a multiple of. */
  readonly step: number;
  readonly mostDrives: number;
  /** How many drives' worth of space that many drives give. */
  space(drives: number): number;
}

const many = Number.MAX_SAFE_INTEGER;

/** Levels that can be asked of a BMC. */
export const raidLevels: Readonly<Record<string, RaidLevel>> = {
  '0': level('RAID0', 'NonRedundant', 1, (drives) => drives),
  '1': { ...level('RAID1', 'Mirrored', 2, () => 1), mostDrives: 2 },
  '5': level('RAID5', 'StripedWithParity', 3, (drives) => drives - 1),
  '6': level('RAID6', 'StripedWithParity', 4, (drives) => drives - 2),
  '1+0': { ...level('RAID10', 'SpannedMirrors', 4, (drives) => drives / 2), step: 2 },
  '5+0': { ...level('RAID50', 'SpannedStripesWithParity', 6, (drives) => drives - 2), step: 2 },
  '6+0': { ...level('RAID60', 'SpannedStripesWithParity', 8, (drives) => drives - 4), step: 2 },
};

function level(
  raidType: string,
  volumeType: string,
  fewestDrives: number,
  space: (drives: number) => number,
): RaidLevel {
  return { raidType, volumeType, fewestDrives, step: 1, mostDrives: many, space };
}

/** The level of a volume in the API's words; undefined for a drive that is only passed through, and for unknown ones. */
export function levelOf(raidType: unknown, volumeType: unknown): string | undefined {
  const found = Object.entries(raidLevels).find(([, known]) =>
    typeof raidType === 'string' ? known.raidType === raidType : known.volumeType === volumeType,
  );
  return found?.[0];
}
