// What an integrator's program does, with the client that OpenAPI Generator makes for Go: see `../../run`.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"

	"first_report/zvit"
)

const (
	longerThanATokenLivesS = "660"
	member                 = "added_tomorrow"
	word                   = "word_of_tomorrow"
)

var background = context.Background()

type account struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Role         string `json:"role"`
	Owner        string `json:"owner"`
}

func require(holds bool, said ...any) {
	if !holds {
		panic(fmt.Sprint(said...))
	}
}

func must[T any](value T, _ *http.Response, err error) T {
	if err != nil {
		panic(fmt.Sprintf("%v: %+v", err, problemOf(err)))
	}
	return value
}

// problemOf is the typed problem of a refusal, or nil.
func problemOf(err error) *zvit.Problem {
	refusal, ok := err.(*zvit.GenericOpenAPIError)
	if !ok {
		return nil
	}
	problem, ok := refusal.Model().(zvit.Problem)
	if !ok {
		return nil
	}
	return &problem
}

func uuid() string {
	var b [16]byte
	_, err := rand.Read(b[:])
	require(err == nil, err)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// renewedToken asks for a token when there is none, and for another when the service says that this one has expired.
type renewedToken struct {
	account account
	anyone  *zvit.APIClient
	token   string
	asked   int
}

func (t *renewedToken) renew() error {
	answer, _, err := t.anyone.TokensAPI.IssueToken(background).GrantType("client_credentials").
		ClientId(t.account.ClientID).ClientSecret(t.account.ClientSecret).Execute()
	if err != nil {
		return err
	}
	t.token, t.asked = answer.AccessToken, t.asked+1
	return nil
}

func (t *renewedToken) send(request *http.Request) (*http.Response, error) {
	again := request.Clone(request.Context())
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	again.Header.Set("Authorization", "Bearer "+t.token)
	return http.DefaultTransport.RoundTrip(again)
}

func (t *renewedToken) RoundTrip(request *http.Request) (*http.Response, error) {
	if t.token == "" {
		if err := t.renew(); err != nil {
			return nil, err
		}
	}
	response, err := t.send(request)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var problem zvit.Problem
	if err := json.Unmarshal(body, &problem); err != nil {
		return nil, err
	}
	require(problem.Code == "token_expired", problem)
	if err := t.renew(); err != nil {
		return nil, err
	}
	return t.send(request)
}

func settingsOf(url string) *zvit.Configuration {
	settings := zvit.NewConfiguration()
	settings.Servers = zvit.ServerConfigurations{{URL: url}}
	return settings
}

func clientOf(url, role, owner string) (*zvit.APIClient, *renewedToken) {
	var accounts []account
	file, err := os.ReadFile(os.Getenv("ACCOUNTS"))
	require(err == nil, err)
	require(json.Unmarshal(file, &accounts) == nil)
	for _, one := range accounts {
		if one.Role == role && (owner == "" || one.Owner == owner) {
			token := &renewedToken{account: one, anyone: zvit.NewAPIClient(settingsOf(url))}
			settings := settingsOf(url)
			settings.HTTPClient = &http.Client{Transport: token}
			return zvit.NewAPIClient(settings), token
		}
	}
	panic("no " + role + " " + owner)
}

// caseOf is the case that the team has of an incident, and the cursor behind everything.
func caseOf(team *zvit.APIClient, incident string) (*zvit.CaseItem, string) {
	var found *zvit.CaseItem
	call := team.CasesAPI.FollowCases(background)
	for {
		page := must(call.Execute())
		for i, item := range page.Items {
			if item.Incident != nil && item.Incident.Id == incident {
				found = &page.Items[i]
			}
		}
		if len(page.Items) == 0 {
			return found, page.NextCursor
		}
		call = team.CasesAPI.FollowCases(background).Cursor(page.NextCursor)
	}
}

func reportAndAcknowledge(url string) {
	institution, token := clientOf(url, "institution", "")
	report := zvit.NewReportInput("The booking system has been unreachable since 04:10; files are encrypted.")
	submission := institution.IncidentsAPI.SubmitIncident(background).ReportInput(*report).IdempotencyKey(uuid())
	incident, response, err := submission.Execute()
	require(err == nil && response.StatusCode == 201, err)
	require(response.Header.Get("Idempotency-Replayed") == "", response.Header)
	fmt.Println("ok: reported", incident.Reference)

	again, response, err := submission.Execute()
	require(err == nil && response.StatusCode == 201, err)
	require(response.Header.Get("Idempotency-Replayed") == "true", response.Header)
	require(reflect.DeepEqual(again, incident), again)
	fmt.Println("ok: a repetition with its key is answered as the first")

	listed := false
	for _, item := range must(institution.IncidentsAPI.ListIncidents(background).Execute()).Items {
		listed = listed || item.Id == incident.Id
	}
	require(listed, "it is not in the list")
	fmt.Println("ok: it stands in the list")

	_, _, err = institution.IncidentsAPI.SubmitIncident(background).ReportInput(*zvit.NewReportInput("")).Execute()
	refused := problemOf(err)
	require(refused != nil && refused.Status == 422 && refused.Code == "validation_failed", err)
	require(len(refused.Errors) == 1 && refused.Errors[0].GetPointer() == "/description", refused)
	fmt.Println("ok: a refusal says where the fault is")

	team, _ := clientOf(url, "team", incident.Assignments[0].Team.Id)
	found, cursor := caseOf(team, incident.Id)
	require(found != nil && found.State == "assigned", found)
	input := zvit.NewAcknowledgeInput()
	input.SetExternalRef("T-2026-17")
	taken := must(team.CasesAPI.AcknowledgeCase(background, found.Id).AcknowledgeInput(*input).Execute())
	require(taken.State == "acknowledged" && taken.GetExternalRef() == "T-2026-17", taken)
	news := must(team.CasesAPI.FollowCases(background).Cursor(cursor).Execute())
	require(len(news.Items) == 1 && news.Items[0].Id == found.Id && news.Items[0].State == "acknowledged", news)
	fmt.Println("ok: its team found it, acknowledged it, and was told so behind its cursor")

	require(token.asked == 1, token.asked)
	require(os.WriteFile(os.Getenv("CLOCK"), []byte(longerThanATokenLivesS), 0o600) == nil)
	// A request with a body, which has to be sent twice.
	still := must(submission.Execute())
	require(still.Id == incident.Id && token.asked == 2, token.asked)
	fmt.Println("ok: an expired token is renewed, and the call goes on")
}

func readTheAnswersOfTomorrow(url string) {
	institution, _ := clientOf(url, "institution", "")
	report := zvit.NewReportInput("The laboratory can't print results.")
	incident := must(institution.IncidentsAPI.SubmitIncident(background).ReportInput(*report).IdempotencyKey(uuid()).Execute())
	require(incident.Status == word && incident.Sector == word && incident.Assignments[0].State == word, incident)
	require(incident.Triage.AdditionalProperties[member] != nil, incident.Triage)

	_, _, err := institution.IncidentsAPI.SubmitIncident(background).ReportInput(*zvit.NewReportInput("")).Execute()
	refused := problemOf(err)
	require(refused != nil && refused.Code == word && refused.Errors[0].GetPointer() == "/description", err)
	_, _, err = institution.IncidentsAPI.GetIncident(background, uuid()).Execute()
	missing := problemOf(err)
	require(missing != nil && missing.Status == 404, err)

	team, _ := clientOf(url, "team", incident.Assignments[0].Team.Id)
	found, _ := caseOf(team, incident.Id)
	require(found != nil && found.State == word && found.Incident.AdditionalProperties[member] != nil, found)

	coordinator, _ := clientOf(url, "coordinator", "")
	auditor, _ := clientOf(url, "auditor", "")
	for call, more := range map[string]map[string]interface{}{
		"get_me":            must(institution.ClientAPI.GetMe(background).Execute()).AdditionalProperties,
		"get_vocabularies":  must(institution.ClientAPI.GetVocabularies(background).Execute()).AdditionalProperties,
		"list_incidents":    must(institution.IncidentsAPI.ListIncidents(background).Execute()).AdditionalProperties,
		"get_incident":      must(institution.IncidentsAPI.GetIncident(background, incident.Id).Execute()).AdditionalProperties,
		"list_reports":      must(institution.IncidentsAPI.ListReports(background, incident.Id).Execute()).AdditionalProperties,
		"get_timeline":      must(institution.IncidentsAPI.GetTimeline(background, incident.Id).Execute()).AdditionalProperties,
		"get_receipt":       must(institution.IncidentsAPI.GetReceipt(background, incident.Id).Execute()).AdditionalProperties,
		"follow_incidents":  must(institution.IncidentsAPI.FollowIncidents(background).Execute()).AdditionalProperties,
		"get_case":          must(team.CasesAPI.GetCase(background, found.Id).Execute()).AdditionalProperties,
		"list_teams":        must(coordinator.DirectoryAPI.ListTeams(background).Execute()).AdditionalProperties,
		"list_institutions": must(coordinator.DirectoryAPI.ListInstitutions(background).Execute()).AdditionalProperties,
		"get_routing_rules": must(coordinator.RoutingAPI.GetRoutingRules(background).Execute()).AdditionalProperties,
		"list_audit_events": must(auditor.AuditAPI.ListAuditEvents(background).Execute()).AdditionalProperties,
	} {
		require(more[member] != nil, call)
	}
	fmt.Println("ok: members and words of tomorrow break nothing")
}

func main() {
	reportAndAcknowledge(os.Getenv("ZVIT_URL"))
	readTheAnswersOfTomorrow(os.Getenv("DOCTORED_URL"))
}
