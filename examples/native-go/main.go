// A contact centre that answers in two Regions.
package main

import (
	"example.com/pulumi-acgr/sdk/go/acgr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

const (
	sourceRegion  = "eu-west-2"
	replicaRegion = "eu-central-1"
)

func main() {
	pulumi.Run(contactCentre)
}

func contactCentre(ctx *pulumi.Context) error {
	// A provider of its own; a program with several accounts has several. Each stack says which account may be changed.
	northwind, err := acgr.NewProvider(ctx, "northwind", &acgr.ProviderArgs{
		AllowedAccountIds: pulumi.ToStringArray([]string{config.Require(ctx, "account")}),
	})
	if err != nil {
		return err
	}

	retail, err := acgr.NewGlobalResiliency(ctx, "retail", &acgr.GlobalResiliencyArgs{
		TrafficDistributionGroup: pulumi.String("retail"),
		SourceRegion:             sourceRegion,
		ReplicaRegion:            replicaRegion,
		Numbers: map[string]acgr.NumberInput{
			"+442079460006": acgr.NumberArgs{Flow: pulumi.String("Sales")},
			"returns": acgr.NumberArgs{
				PhoneNumber: pulumi.String("+442079460007"),
				Flow:        pulumi.String("Service"),
				ReturnTo:    pulumi.String("instance"),
			},
		},
		Agents: pulumi.ToStringArray([]string{"alice.smith", "bob.jones", "carol.taylor"}),
	}, pulumi.Providers(northwind))
	if err != nil {
		return err
	}

	// This group is made by the program. What is put on it waits for its ARN, which is an output.
	night, err := acgr.NewTrafficDistributionGroup(ctx, "night", &acgr.TrafficDistributionGroupArgs{
		Name:         pulumi.String("night"),
		Instance:     pulumi.String("northwind"),
		SourceRegion: pulumi.String(sourceRegion),
	}, pulumi.Provider(northwind))
	if err != nil {
		return err
	}

	desk, err := acgr.NewPhoneNumberPlacement(ctx, "night-desk", &acgr.PhoneNumberPlacementArgs{
		PhoneNumber: pulumi.String("+442079460010"),
		Target:      night.TrafficDistributionGroupArn,
		Flow:        pulumi.String("Out of hours"),
	}, pulumi.Provider(northwind))
	if err != nil {
		return err
	}

	staff, err := acgr.NewTrafficDistributionGroupRoster(ctx, "night-staff", &acgr.TrafficDistributionGroupRosterArgs{
		TrafficDistributionGroup: night.TrafficDistributionGroupArn,
		Users:                    pulumi.ToStringArray([]string{"priya.patel", "rosa.garcia"}),
	}, pulumi.Provider(northwind))
	if err != nil {
		return err
	}

	ctx.Export("dark", retail.DarkNumbers)
	ctx.Export("nightDesk", desk.PhoneNumberArn)
	ctx.Export("nightStaff", staff.Members)
	return nil
}
