import type { SubgraphModule } from './graph.ts';

/**
 * A shop over four subgraphs, whose reviews lead from customers to products and back. Public benchmarks of gateways use a graph of
 * this form, in which one query visits the same entities at many places.
 */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires"])';

const customers = Array.from({ length: 6 }, (_, index) => ({
  id: `${index + 1}`,
  name: `Customer number ${index + 1}`,
  username: `customer${index + 1}`,
  birthday: 1_234_567_890 + index,
}));

const products = Array.from({ length: 9 }, (_, index) => ({
  upc: `${index + 1}`,
  name: ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'][index],
  price: [899, 1299, 15, 499, 1299, 6999, 3999, 100000, 9999][index] as number,
  weight: [100, 1000, 20, 100, 1000, 300, 2000, 6000, 4000][index] as number,
}));

/** Two reviews by each customer but the last two, of two products each in turn. */
const reviews = Array.from({ length: 11 }, (_, index) => ({
  id: `${index + 1}`,
  body: `Review number ${index + 1}: what there is to say about it`,
  author: { __typename: 'Customer', id: `${(index % 6) + 1}` },
  product: { __typename: 'Product', upc: `${(index % 5) + 1}` },
}));

const PRODUCT = 'inStock name price shippingEstimate upc weight';
const REVIEWS_OF_AUTHOR = `reviews { id body product { ${PRODUCT} } }`;
const REVIEWS_OF_PRODUCT = `reviews { id body author { id username name ${REVIEWS_OF_AUTHOR} } }`;

/** All customers and five products, with reviews, authors and products nested four deep. */
export const HEAVY_QUERY = `query Heavy($first: Int!) {
  customers { id username name reviews { id body product { ${PRODUCT} ${REVIEWS_OF_PRODUCT} } } }
  topProducts(first: $first) { ${PRODUCT} ${REVIEWS_OF_PRODUCT} }
}`;

export const shop: readonly SubgraphModule[] = [
  {
    name: 'accounts',
    typeDefs: `${LINK}
      type Query { customers: [Customer!]! }
      type Customer @key(fields: "id") { id: ID! name: String! username: String! birthday: Int! }`,
    resolvers: {
      Query: { customers: () => customers },
      Customer: { __resolveReference: ({ id }: { id: string }) => customers[Number(id) - 1] },
    },
  },
  {
    name: 'products',
    typeDefs: `${LINK}
      type Query { topProducts(first: Int!): [Product!]! }
      type Product @key(fields: "upc") { upc: ID! name: String! price: Int! weight: Int! }`,
    resolvers: {
      // Every number of three digits or more selects the same five products, so that requests can have different variables.
      Query: { topProducts: () => products.slice(0, 5) },
      Product: { __resolveReference: ({ upc }: { upc: string }) => products[Number(upc) - 1] },
    },
  },
  {
    name: 'inventory',
    typeDefs: `${LINK}
      type Product @key(fields: "upc") {
        upc: ID!
        price: Int! @external
        weight: Int! @external
        inStock: Boolean!
        shippingEstimate: Int! @requires(fields: "price weight")
      }`,
    resolvers: {
      Product: {
        inStock: ({ upc }: { upc: string }) => Number(upc) % 2 === 0,
        shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
          price > 1000 ? 0 : Math.round(weight * 0.5),
      },
    },
  },
  {
    name: 'reviews',
    typeDefs: `${LINK}
      type Customer @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }
      type Review @key(fields: "id") { id: ID! body: String! author: Customer! product: Product! }`,
    resolvers: {
      Customer: { reviews: ({ id }: { id: string }) => reviews.filter(({ author }) => author.id === id) },
      Product: { reviews: ({ upc }: { upc: string }) => reviews.filter(({ product }) => product.upc === upc) },
    },
  },
];
