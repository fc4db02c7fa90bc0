import { createHash } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { openApiText } from './document.js';

/**
 * `GET /v1/openapi.json`: the API as it is, for whoever asks, as for the version document. It does not change while the
 * service runs.
 */
@Controller('v1')
export class OpenApiController {
  private made: { readonly text: string; readonly entityTag: string } | undefined;

  @Get('openapi.json')
  document(
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string | undefined {
    this.made ??= make();
    const { text, entityTag } = this.made;
    reply.header('etag', entityTag).header('cache-control', 'no-cache');
    const isKnown = known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === entityTag) ?? false;
    if (!isKnown) return text;
    reply.code(304);
    return undefined;
  }
}

function make(): { text: string; entityTag: string } {
  const text = openApiText();
  return { text, entityTag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}
