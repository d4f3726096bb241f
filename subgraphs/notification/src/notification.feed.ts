import { setTimeout as delay } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import type { Notification } from './notification.entity.ts';
import { findLastId, findNotificationsAfter } from './notification.repository.ts';

export interface NotificationFeedOptions {
  readonly orm: MikroORM;
  readonly broadcast: Broadcast;
  /** Longest delay of a notification whose broadcast was lost, such as in a crash after the commit. Default 10,000. */
  readonly pollIntervalMs?: number;
}

const BATCH_SIZE = 100;

/** The broadcast channel for a user's new notifications. */
const toChannel = (userId: string) => `notification:${userId}`;

/**
 * Follows a user's notifications. The database has the notifications and their order; a broadcast is only a hint to read it.
 * Even if broadcasts are lost or repeated, a follower therefore receives each notification once.
 */
export class NotificationFeed {
  readonly #options: NotificationFeedOptions;

  constructor(options: NotificationFeedOptions) {
    this.#options = options;
  }

  /** Announces new notifications of a user. Call after the commit. */
  async announce(userId: string): Promise<void> {
    await this.#options.broadcast.publish(toChannel(userId), '');
  }

  /**
   * @param afterId the last seen notification: later ones come first. Null: only new ones
   * @param signal ends the iteration
   */
  follow(userId: string, afterId: string | null, signal: AbortSignal): AsyncIterableIterator<Notification> {
    return toStoppable((stop) => this.#follow(userId, afterId, stop), signal);
  }

  async *#follow(userId: string, afterId: string | null, stop: AbortSignal): AsyncGenerator<Notification, void> {
    const { orm, broadcast, pollIntervalMs = 10_000 } = this.#options;
    let news = Promise.withResolvers<void>();
    const wake = () => news.resolve();
    await using _ = await broadcast.subscribe(toChannel(userId), wake, wake);
    stop.addEventListener('abort', wake, { once: true });
    let cursor = afterId ?? (await findLastId(orm.em.fork(), userId));
    while (!stop.aborted) {
      // Created before the read, so that an announcement during the read causes another read.
      news = Promise.withResolvers();
      const found = await findNotificationsAfter(orm.em.fork(), userId, cursor, BATCH_SIZE);
      for (const notification of found) {
        if (stop.aborted) return;
        cursor = notification.id;
        yield notification;
      }
      if (found.length < BATCH_SIZE && !stop.aborted) await this.#wait(news.promise, pollIntervalMs, stop);
    }
  }

  async #wait(news: Promise<void>, pollIntervalMs: number, stop: AbortSignal): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, stop]);
    // Rejects only when it is aborted, which ends the wait.
    await Promise.race([news, delay(pollIntervalMs, undefined, { signal }).catch(() => undefined)]);
    done.abort();
  }
}
