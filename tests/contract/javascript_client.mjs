// Calls operations with AWS's JavaScript client: a line of JSON in, [error name or null, answer] out.
// The one argument is the folder in which the client is installed.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const connect = createRequire(`${process.argv[2]}/`)("@aws-sdk/client-connect");
const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };

// Times are seconds in `calls.yaml`, and dates for this client.
const withDates = (key, value) =>
  /^(Start|End)Time$/.test(key) && typeof value === "number" ? new Date(value * 1000) : value;

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, params, url } = JSON.parse(line, withDates);
  const client = new connect.ConnectClient({ region: "eu-west-2", endpoint: url, credentials, maxAttempts: 1 });
  const Command = connect[`${operation}Command`];
  let result = ["UnknownCommand", {}];
  if (Command) {
    try {
      result = [null, await client.send(new Command(params))];
    } catch (error) {
      result = [error.name, { message: error.message }];
    }
  }
  client.destroy();
  console.log(JSON.stringify(result));
}
