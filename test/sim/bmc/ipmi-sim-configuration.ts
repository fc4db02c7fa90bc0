import { createHash } from 'node:crypto';

/** What ipmi_sim needs to know of one BMC. */
export interface BmcAccount {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** ipmi_sim's parser ends a quoted word at the first blank or quote, and IPMI passwords have 16 bytes. */
const word = /^[!#-~]{1,16}$/;

/**
 * Writes ipmi_sim's configuration (ipmi_lan(5)) for one BMC whose chassis is the program `./chassis-control`.
 * @throws Error when user or password are no words that ipmi_sim can read.
 */
export function lanConfiguration(bmc: BmcAccount): string {
  for (const [what, value] of [
    ['user', bmc.user],
    ['password', bmc.password],
  ] as const) {
    if (!word.test(value)) {
      throw new Error(
        `machine ${bmc.name}: ipmi_sim takes a ${what} of 1 to 16 printable characters, no blank or quote`,
      );
    }
  }
  // Without a guid ipmi_sim opens no session.
  return `name "${bmc.name.replace(/[^\w.-]/g, '_')}"
set_working_mc 0x20
  startlan 1
    addr ${bmc.address} ${bmc.port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid ${createHash('sha256').update(bmc.name).digest('hex').slice(0, 32)}
  endlan
  chassis_control "./chassis-control 0x20"
  user 2 true "${bmc.user}" "${bmc.password}" admin 10 none md2 md5 straight
`;
}

/** ipmi_sim's start commands (ipmi_sim_cmd(5)): one management controller with an event log and a chassis. */
export const emulatorCommands = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
`;
