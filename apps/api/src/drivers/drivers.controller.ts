import { BessemerError } from '@bessemer/errors';
import { All, Controller, Get, HttpCode, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { DriversService } from './drivers.service.js';

/** `/v1/drivers` */
@Controller('v1/drivers')
export class DriversController {
  constructor(private readonly drivers: DriversService) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    return this.drivers.list(query, context);
  }

  /** The properties of the driver that the query names, as old clients ask for them. */
  @Get('properties')
  propertiesOf(@Query('driver_name') name: unknown): Promise<object> {
    if (typeof name !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: driver_name');
    return this.drivers.properties(name);
  }

  @Get(':driver')
  show(@Param('driver') name: string, @Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    return this.drivers.show(name, query, context);
  }

  @Get(':driver/properties')
  properties(@Param('driver') name: string): Promise<object> {
    return this.drivers.properties(name);
  }

  @Get(':driver/raid/logical_disk_properties')
  logicalDisks(@Param('driver') name: string): Promise<object> {
    return this.drivers.detail(name, 'raid_logical_disk_properties');
  }

  @Get(':driver/vendor_passthru/methods')
  vendorMethods(@Param('driver') name: string): Promise<object> {
    return this.drivers.detail(name, 'driver_vendor_methods');
  }

  @All(':driver/vendor_passthru')
  @HttpCode(200)
  async callNamed(@Param('driver') name: string, @Query('method') method: unknown): Promise<object> {
    return this.refuse(name, method);
  }

  @All(':driver/vendor_passthru/:method')
  @HttpCode(200)
  async call(@Param('driver') name: string, @Param('method') method: string): Promise<object> {
    return this.refuse(name, method);
  }

  private async refuse(name: string, method: unknown): Promise<object> {
    await this.drivers.properties(name);
    if (typeof method !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: method');
    throw new BessemerError('invalid', `No handler for method ${method}`, { field: 'method' });
  }
}
