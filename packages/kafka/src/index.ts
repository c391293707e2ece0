/** The driver, in the version that Haetae was tried with. What is said to the broker stands in Haetae's store. */
export {
  Admin,
  type BaseOptions,
  Consumer,
  Producer,
} from '@platformatic/kafka';
