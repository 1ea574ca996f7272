package analytics

import "github.com/mixpanel/mixpanel-go"

// New is the client of the shop's project.
func New() *mixpanel.ApiClient {
	return mixpanel.NewApiClient("@@web-production@@", mixpanel.EuResidency())
}
