import { computed, defineComponent } from 'vue';

const Sparkline = defineComponent({
  props: { values: { type: Array, required: true } },
  setup(props) {
    const most = computed(() => Math.max(1, ...props.values));
    const points = computed(() => props.values.map((value, x) => `${x * 20},${30 - (28 * value) / most.value}`).join(' '));
    return { points };
  },
  template: `<svg viewBox="0 0 80 32" width="80" height="32"><polyline :points="points" fill="none" stroke="currentColor" /></svg>`,
});

const ServiceRow = defineComponent({
  components: { Sparkline },
  props: { service: { type: Object, required: true } },
  template: `
    <tr :class="{ down: !service.up }">
      <th scope="row">{{ service.name }}</th>
      <td>{{ service.up ? 'up' : 'down' }}</td>
      <td><Sparkline :values="service.latenciesMs" /></td>
    </tr>`,
});

export const Dashboard = defineComponent({
  components: { ServiceRow },
  props: { title: { type: String, required: true }, services: { type: Array, required: true } },
  setup(props) {
    const up = computed(() => props.services.filter((service) => service.up).length);
    return { up };
  },
  template: `
    <main>
      <h1>{{ title }}</h1>
      <p>{{ up }} of {{ services.length }} services are up</p>
      <table>
        <ServiceRow v-for="service of services" :key="service.name" :service="service" />
      </table>
    </main>`,
});
