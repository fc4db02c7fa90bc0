import { IsBoolean, IsInt, IsISO8601, IsString } from 'class-validator';

/**
 * A segment's manager has a network boot policy in place. Subject: `metal.event.dhcp.policy.<segment>.applied`.
 */
export class PolicyApplied {
  @IsString() segment!: string;
  /** The number of the newest policy of which all is in place. */
  @IsInt() policy!: number;
  /** MAC addresses that may boot from the network now. */
  @IsString({ each: true }) admitted!: string[];
  /** Whether dnsmasq itself was seen to read it, rather than the files alone being written. */
  @IsBoolean() confirmed!: boolean;
  @IsISO8601() at!: string;
}
