import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError } from '@vibecode/platform/errors';

/** The codes of this service, beside those that every service may answer with. @public the catalogue is made of them */
export const NOTIFICATION_ERRORS = defineErrors({
  400: {
    NOTIFICATION_CHANNEL_UNAVAILABLE: 'Notifications are not delivered by this channel here. Choose one of `channels`.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof NOTIFICATION_ERRORS> {}
}

/** `details.channels` are those that can be chosen. */
export class ChannelUnavailableError extends AppError {
  constructor(channel: string, channels: readonly string[]) {
    super(
      'NOTIFICATION_CHANNEL_UNAVAILABLE',
      `Notifications are not delivered by ${channel} here; choose ${channels.join(' or ')}.`,
      { details: { channel, channels } },
    );
  }
}
