import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { TokenPrice } from './price.ts';

/** The price of a provider's model; `*` stands for any. The most specific row applies; the model takes precedence over the provider. */
@Entity({ tableName: 'model_price' })
export class ModelPrice implements TokenPrice {
  @PrimaryKey({ type: 'text' })
  provider: string;

  @PrimaryKey({ type: 'text' })
  model: string;

  @Property({ type: new BigIntType('number') })
  promptMicrosPerMillion: number;

  @Property({ type: new BigIntType('number') })
  completionMicrosPerMillion: number;
}
