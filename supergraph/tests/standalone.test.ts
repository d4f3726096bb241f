import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { parse } from 'graphql';
import { startGateway } from '../src/gateway/gateway.ts';
import { ask, observeLog, startEcho } from './support/source.fixture.ts';
import { FEDERATION } from './support/test.graph.ts';

describe('a supergraph with @authenticated', () => {
  it('is refused by the stock gateway, and served here', async () => {
    await using echo = await startEcho();
    const typeDefs = parse(`${FEDERATION} type Query { open: String closed: String @authenticated }`);
    const { supergraphSdl = '' } = composeServices([{ name: 'echo', url: echo.url, typeDefs }]);

    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const stock = new ApolloGateway({ supergraphSdl, logger: quiet, telemetry: false } as never);
    await expect(stock.load()).rejects.toThrow(/authenticated.*for: SECURITY but is unsupported/s);

    await using gateway = await startGateway({ supergraph: { sdl: supergraphSdl }, port: 0, log: observeLog().log });
    expect(await ask(gateway.url, '{ open }')).toEqual({ data: { open: 'open' } });
  });
});
