import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { parseBoolean, shorten } from '../records/values.js';
import { CallsService } from './calls.service.js';

const bootDevices = ['pxe', 'disk', 'cdrom', 'bios', 'safe', 'wanboot', 'iscsiboot', 'floppy', 'uefihttp'];
const indicatorStates = ['on', 'off', 'blinking', 'unknown'];

const given = (body: unknown, query: unknown): Record<string, unknown> => ({
  ...(isJsonObject(query) ? query : {}),
  ...(isJsonObject(body) ? body : {}),
});

function component(name: string): { component: string; indicator: string } {
  const [indicator = '', kind = '', ...rest] = name.split('@');
  if (indicator === '' || kind === '' || rest.length > 0)
    throw new BessemerError('invalid', `Malformed indicator name "${shorten(name)}"`, { field: 'indicator' });
  return { component: kind, indicator };
}

/** `/v1/nodes/{node}/management` */
@Controller('v1/nodes/:node/management')
export class ManagementController {
  constructor(private readonly calls: CallsService) {}

  /** There is nothing to be shown here; clients know the refusal in this form. */
  @Get()
  root(): never {
    throw new RoutingError('method-not-allowed');
  }

  @Get('boot_device')
  bootDevice(@Param('node') ident: string, @Context() context: RequestContext): Promise<unknown> {
    return this.calls.read(ident, 'management', 'get_boot_device', context);
  }

  @Put('boot_device')
  @HttpCode(204)
  async setBootDevice(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<void> {
    const { boot_device: device, persistent = false, ...rest } = given(body, query);
    const unknown = Object.keys(rest);
    if (unknown.length > 0) throw new BessemerError('invalid', `Unexpected arguments: ${unknown.join(', ')}`);
    if (device === undefined) throw new BessemerError('invalid', 'Missing mandatory parameter: boot_device');
    if (typeof device !== 'string' || !bootDevices.includes(device))
      throw new BessemerError('invalid', `Invalid boot device ${shorten(device)} specified.`, { field: 'boot_device' });
    const args = { boot_device: device, persistent: parseBoolean(persistent, 'persistent') };
    await this.calls.change(ident, 'management', 'set_boot_device', context, args);
  }

  @Get('boot_device/supported')
  async supported(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    const devices = await this.calls.read(ident, 'management', 'get_supported_boot_devices', context);
    return { supported_boot_devices: devices };
  }

  @Put('inject_nmi')
  @HttpCode(204)
  async injectNmi(@Param('node') ident: string, @Context() context: RequestContext): Promise<void> {
    await this.calls.change(ident, 'management', 'inject_nmi', context, {});
  }

  @Get('indicators')
  async indicators(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    const found = await this.calls.read(ident, 'management', 'get_supported_indicators', context);
    const path = (name: string): string => `nodes/${ident}/management/indicators/${name}`;
    const indicators = Object.entries(isJsonObject(found) ? found : {}).flatMap(([kind, ones]) =>
      Object.entries(isJsonObject(ones) ? ones : {}).map(([name, facts]) => ({
        name: `${name}@${kind}`,
        component: kind,
        readonly: isJsonObject(facts) && facts['readonly'] === true,
        states:
          isJsonObject(facts) && Array.isArray(facts['states'])
            ? facts['states'].map((state) => String(state).toLowerCase()).sort()
            : [],
        links: [
          { href: `${context.base}/v1/${path(`${name}@${kind}`)}`, rel: 'self' },
          { href: `${context.base}/${path(`${name}@${kind}`)}`, rel: 'bookmark' },
        ],
      })),
    );
    return { indicators: indicators.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  @Get('indicators/:indicator')
  async indicator(
    @Param('node') ident: string,
    @Param('indicator') name: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const args = component(name);
    return { state: await this.calls.read(ident, 'management', 'get_indicator_state', context, args) };
  }

  @Put('indicators/:indicator')
  @HttpCode(204)
  async setIndicator(
    @Param('node') ident: string,
    @Param('indicator') name: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
  ): Promise<void> {
    const args = component(name);
    const state = isJsonObject(body) ? body['state'] : undefined;
    if (typeof state !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: state');
    if (!indicatorStates.includes(state.toLowerCase()))
      throw new BessemerError('invalid', `Invalid indicator state ${shorten(state)}.`, { field: 'state' });
    await this.calls.change(ident, 'management', 'set_indicator_state', context, {
      ...args,
      state: state.toLowerCase(),
    });
  }
}
