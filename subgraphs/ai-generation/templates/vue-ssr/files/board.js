import { computed, defineComponent } from 'vue';

const MeasurementRow = defineComponent({
  props: { city: { type: String, required: true }, value: { type: Number, required: true } },
  template: '<tr><th scope="row">{{ city }}</th><td :class="{ cold: value < 0 }">{{ value.toFixed(1) }}</td></tr>',
});

export const Board = defineComponent({
  components: { MeasurementRow },
  props: {
    heading: { type: String, required: true },
    unit: { type: String, default: 'C' },
    measurements: { type: Array, required: true },
  },
  setup(props) {
    const convert = (celsius) => (props.unit === 'F' ? (celsius * 9) / 5 + 32 : celsius);
    const rows = computed(() => props.measurements.map(({ city, celsius }) => ({ city, value: convert(celsius) })));
    const average = computed(() => rows.value.reduce((sum, { value }) => sum + value, 0) / rows.value.length);
    return { rows, average };
  },
  template: `
    <h1>{{ heading }}</h1>
    <table>
      <MeasurementRow v-for="row in rows" :key="row.city" v-bind="row" />
    </table>
    <p>average {{ average.toFixed(1) }} °{{ unit }}</p>`,
});
