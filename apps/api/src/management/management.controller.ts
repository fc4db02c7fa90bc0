import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { shorten } from '../records/values.js';
import { bootDeviceMembers, indicatorMembers } from '../versions/management-members.js';
import { readMembers } from '../versions/members.js';
import { CallsService } from './calls.service.js';

/** Clients may give the members in the query as well. */
const given = (body: unknown, query: unknown): unknown => {
  if (body !== undefined && !isJsonObject(body)) return body;
  return { ...(isJsonObject(query) ? query : {}), ...body };
};

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
    const asked = readMembers('boot device', bootDeviceMembers, given(body, query), context.minor);
    const args = { boot_device: String(asked['boot_device']), persistent: asked['persistent'] === true };
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
    const { state } = readMembers('indicator', indicatorMembers, body, context.minor);
    const change = { ...args, state: String(state) };
    await this.calls.change(ident, 'management', 'set_indicator_state', context, change);
  }
}
