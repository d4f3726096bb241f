import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError } from '@vibecode/platform/errors';

/** The codes of this service, in addition to those of all services. @public the catalogue is made of them */
export const NOTIFICATION_ERRORS = defineErrors({
  400: {
    NOTIFICATION_CHANNEL_UNAVAILABLE: 'The channel is not available here. Choose one of `channels`.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof NOTIFICATION_ERRORS> {}
}

/** `details.channels` lists the available channels. */
export class ChannelUnavailableError extends AppError {
  constructor(channel: string, channels: readonly string[]) {
    super(
      'NOTIFICATION_CHANNEL_UNAVAILABLE',
      `The channel ${channel} is not available here; choose ${channels.join(' or ')}.`,
      { details: { channel, channels } },
    );
  }
}
