import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startProject } from '../src/main.ts';
import { describeProject } from './project.contract.ts';

describeProject('embedded', () => startSubgraphTest('project', startProject));
