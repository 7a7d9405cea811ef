// What an integrator's program does, with the client that OpenAPI Generator makes for Java's own HttpClient: see `../run`.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;
import org.openapitools.client.api.AuditApi;
import org.openapitools.client.api.CasesApi;
import org.openapitools.client.api.ClientApi;
import org.openapitools.client.api.DirectoryApi;
import org.openapitools.client.api.IncidentsApi;
import org.openapitools.client.api.RoutingApi;
import org.openapitools.client.api.TokensApi;
import org.openapitools.client.model.AcknowledgeInput;
import org.openapitools.client.model.CaseItem;
import org.openapitools.client.model.Incident;
import org.openapitools.client.model.Problem;
import org.openapitools.client.model.ReportInput;

public final class EveryCall {
    private static final String LONGER_THAN_A_TOKEN_LIVES_S = "660";
    private static final String MEMBER = "added_tomorrow";
    private static final String WORD = "word_of_tomorrow";
    private static final ObjectMapper JSON = ApiClient.createDefaultObjectMapper();

    private record Found(CaseItem item, String cursor) {}

    private interface Call<T> {
        T run() throws ApiException;
    }

    /** One account's way to the service: gets a token, and another when the service says that this one has expired. */
    private static final class Caller {
        final ApiClient client = new ApiClient();
        private final TokensApi tokens;
        private final JsonNode account;
        private String token;
        int asked;

        Caller(String url, String role, String owner) throws Exception {
            JsonNode found = null;
            for (JsonNode one : JSON.readTree(Path.of(setting("ACCOUNTS")).toFile())) {
                boolean fits = role.equals(one.path("role").asText()) && (owner == null || owner.equals(one.path("owner").asText()));
                if (found == null && fits) {
                    found = one;
                }
            }
            account = Objects.requireNonNull(found, role + " " + owner);
            ApiClient anyone = new ApiClient();
            anyone.updateBaseUri(url);
            tokens = new TokensApi(anyone);
            client.updateBaseUri(url);
            client.setRequestInterceptor(request -> request.setHeader("Authorization", "Bearer " + token));
        }

        private void renew() throws ApiException {
            String id = account.path("client_id").asText();
            String secret = account.path("client_secret").asText();
            token = tokens.issueToken("client_credentials", null, id, secret, null, null).getAccessToken();
            asked += 1;
        }

        <T> T call(Call<T> call) throws Exception {
            if (token == null) {
                renew();
            }
            try {
                return call.run();
            } catch (ApiException refusal) {
                if (refusal.getCode() != 401 || !problemOf(refusal).getCode().equals("token_expired")) {
                    throw refusal;
                }
            }
            renew();
            return call.run();
        }

        Problem refused(Call<?> call) throws Exception {
            try {
                throw new AssertionError("not refused: " + call(call));
            } catch (ApiException refusal) {
                return problemOf(refusal);
            }
        }
    }

    private static Problem problemOf(ApiException refusal) throws Exception {
        return JSON.readValue(refusal.getResponseBody(), Problem.class);
    }

    private static String setting(String name) {
        return Objects.requireNonNull(System.getenv(name), name);
    }

    private static void require(boolean holds, Object said) {
        if (!holds) {
            throw new AssertionError(said);
        }
    }

    /** The case that the team has of an incident, and the cursor behind everything. */
    private static Found caseOf(Caller team, UUID incident) throws Exception {
        CasesApi cases = new CasesApi(team.client);
        CaseItem found = null;
        String cursor = null;
        while (true) {
            String from = cursor;
            var page = team.call(() -> cases.followCases(from, null, null, null, null));
            for (CaseItem item : page.getItems()) {
                if (item.getIncident() != null && item.getIncident().getId().equals(incident)) {
                    found = item;
                }
            }
            cursor = page.getNextCursor();
            if (page.getItems().isEmpty()) {
                return new Found(found, cursor);
            }
        }
    }

    private static void reportAndAcknowledge(String url) throws Exception {
        Caller institution = new Caller(url, "institution", null);
        IncidentsApi incidents = new IncidentsApi(institution.client);
        String key = UUID.randomUUID().toString();
        ReportInput report = new ReportInput().description("The booking system has been unreachable since 04:10; files are encrypted.");
        Call<ApiResponse<Incident>> submission = () -> incidents.submitIncidentWithHttpInfo(report, key, null, null);
        ApiResponse<Incident> first = institution.call(submission);
        Incident incident = first.getData();
        require(first.getStatusCode() == 201 && !first.getHeaders().containsKey("idempotency-replayed"), first.getHeaders());
        System.out.println("ok: reported " + incident.getReference());

        ApiResponse<Incident> again = institution.call(submission);
        require(again.getStatusCode() == 201 && again.getData().equals(incident), again.getData());
        require(again.getHeaders().get("idempotency-replayed").equals(List.of("true")), again.getHeaders());
        System.out.println("ok: a repetition with its key is answered as the first");

        var listed = institution.call(() -> incidents.listIncidents(null, null, null, null, null, null, null, null, null, null));
        require(listed.getItems().stream().anyMatch(item -> item.getId().equals(incident.getId())), listed);
        System.out.println("ok: it stands in the list");

        Problem refused = institution.refused(() -> incidents.submitIncident(new ReportInput().description(""), null, null, null));
        require(refused.getStatus() == 422 && refused.getCode().equals("validation_failed"), refused);
        require(refused.getErrors().size() == 1 && refused.getErrors().get(0).getPointer().equals("/description"), refused);
        System.out.println("ok: a refusal says where the fault is");

        Caller team = new Caller(url, "team", incident.getAssignments().get(0).getTeam().getId().toString());
        CasesApi cases = new CasesApi(team.client);
        Found found = caseOf(team, incident.getId());
        require(found.item().getState().equals("assigned"), found.item());
        UUID id = found.item().getId();
        AcknowledgeInput input = new AcknowledgeInput().externalRef("T-2026-17");
        var taken = team.call(() -> cases.acknowledgeCase(id, input, null, null, null));
        require(taken.getState().equals("acknowledged") && taken.getExternalRef().equals("T-2026-17"), taken);
        var news = team.call(() -> cases.followCases(found.cursor(), null, null, null, null)).getItems();
        require(news.size() == 1 && news.get(0).getId().equals(id) && news.get(0).getState().equals("acknowledged"), news);
        System.out.println("ok: its team found it, acknowledged it, and was told so behind its cursor");

        require(institution.asked == 1, institution.asked);
        Files.writeString(Path.of(setting("CLOCK")), LONGER_THAN_A_TOKEN_LIVES_S);
        // A request with a body, which has to be sent twice.
        require(institution.call(submission).getData().getId().equals(incident.getId()), incident);
        require(institution.asked == 2, institution.asked);
        System.out.println("ok: an expired token is renewed, and the call goes on");
    }

    private static void readTheAnswersOfTomorrow(String url) throws Exception {
        Caller institution = new Caller(url, "institution", null);
        IncidentsApi incidents = new IncidentsApi(institution.client);
        ReportInput report = new ReportInput().description("The laboratory can't print results.");
        Incident incident = institution.call(() -> incidents.submitIncident(report, UUID.randomUUID().toString(), null, null));
        UUID id = incident.getId();
        require(incident.getStatus().equals(WORD) && incident.getSector().equals(WORD), incident);
        require(incident.getAssignments().get(0).getState().equals(WORD), incident);
        require(incident.getTriage().getAdditionalProperty(MEMBER) != null, incident);

        Problem refused = institution.refused(() -> incidents.submitIncident(new ReportInput().description(""), null, null, null));
        require(refused.getCode().equals(WORD) && refused.getErrors().get(0).getPointer().equals("/description"), refused);
        Problem missing = institution.refused(() -> incidents.getIncident(UUID.randomUUID(), null));
        require(missing.getStatus() == 404, missing);

        Caller team = new Caller(url, "team", incident.getAssignments().get(0).getTeam().getId().toString());
        CaseItem found = caseOf(team, id).item();
        require(found.getState().equals(WORD) && found.getIncident().getAdditionalProperty(MEMBER) != null, found);

        Caller coordinator = new Caller(url, "coordinator", null);
        Caller auditor = new Caller(url, "auditor", null);
        ClientApi client = new ClientApi(institution.client);
        DirectoryApi directory = new DirectoryApi(coordinator.client);
        Map<String, Object> answers = new LinkedHashMap<>();
        answers.put("get_me", institution.call(client::getMe).getAdditionalProperty(MEMBER));
        answers.put("get_vocabularies", institution.call(() -> client.getVocabularies(null)).getAdditionalProperty(MEMBER));
        answers.put("list_incidents", institution.call(() ->
            incidents.listIncidents(null, null, null, null, null, null, null, null, null, null)).getAdditionalProperty(MEMBER));
        answers.put("get_incident", institution.call(() -> incidents.getIncident(id, null)).getAdditionalProperty(MEMBER));
        answers.put("list_reports", institution.call(() -> incidents.listReports(id, null, null)).getAdditionalProperty(MEMBER));
        answers.put("get_timeline", institution.call(() -> incidents.getTimeline(id, null, null)).getAdditionalProperty(MEMBER));
        answers.put("get_receipt", institution.call(() -> incidents.getReceipt(id, null)).getAdditionalProperty(MEMBER));
        answers.put("follow_incidents", institution.call(() ->
            incidents.followIncidents(null, null, null, null)).getAdditionalProperty(MEMBER));
        answers.put("get_case", team.call(() ->
            new CasesApi(team.client).getCase(found.getId(), null)).getAdditionalProperty(MEMBER));
        answers.put("list_teams", coordinator.call(() -> directory.listTeams(null, null)).getAdditionalProperty(MEMBER));
        answers.put("list_institutions", coordinator.call(() -> directory.listInstitutions(null, null)).getAdditionalProperty(MEMBER));
        answers.put("get_routing_rules", coordinator.call(() ->
            new RoutingApi(coordinator.client).getRoutingRules(null)).getAdditionalProperty(MEMBER));
        answers.put("list_audit_events", auditor.call(() ->
            new AuditApi(auditor.client).listAuditEvents(null, null, null, null, null, null)).getAdditionalProperty(MEMBER));
        answers.forEach((call, added) -> require(added != null, call));
        System.out.println("ok: members and words of tomorrow break nothing");
    }

    public static void main(String[] arguments) throws Exception {
        reportAndAcknowledge(setting("ZVIT_URL"));
        readTheAnswersOfTomorrow(setting("DOCTORED_URL"));
    }
}
