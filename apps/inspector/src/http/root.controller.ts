import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { maximumMinor } from './api-version.js';
import { baseUrlOf, selfLink } from './links.js';

const resources = ['continue', 'introspection', 'rules'];

/** Version documents. */
@Controller()
export class RootController {
  @Get()
  versions(@Req() request: FastifyRequest): object {
    const links = selfLink(`${baseUrlOf(request)}/v1`);
    return { versions: [{ id: `1.${maximumMinor}`, status: 'CURRENT', links }] };
  }

  @Get('v1')
  resources(@Req() request: FastifyRequest): object {
    const base = baseUrlOf(request);
    return { resources: resources.map((name) => ({ name, links: selfLink(`${base}/v1/${name}`) })) };
  }
}
