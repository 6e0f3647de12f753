import * as acgr from "@pulumi/acgr";

const sourceRegion = "eu-west-2";
const replicaRegion = "eu-central-1";

const retail = new acgr.GlobalResiliency("retail", {
    trafficDistributionGroup: "retail",
    sourceRegion,
    replicaRegion,
    numbers: {
        "+442079460006": { flow: "Sales" },
        returns: { phoneNumber: "+442079460007", flow: "Service", returnTo: "instance" },
    },
    agents: ["alice.smith", "bob.jones", "carol.taylor"],
});

const night = new acgr.PhoneNumberPlacement("night-desk", {
    phoneNumber: "+442079460010",
    target: "emergency",
    flow: { [sourceRegion]: "Out of hours", [replicaRegion]: "Out of hours" },
    sourceRegion,
});

const engineers = new acgr.TrafficDistributionGroupRoster("engineers", {
    trafficDistributionGroup: "emergency",
    users: ["priya.patel", "rosa.garcia"],
    sourceRegion,
});

export const dark = retail.darkNumbers;
export const nightDesk = night.phoneNumberArn;
export const members = engineers.members;
