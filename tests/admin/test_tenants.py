"""A product with tenants: a list of connections, and the page of each."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.test import Client
from django.urls import reverse

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.admin.conftest import SettingsPageClient, token_in, words_of
from tests.admin.tenants import NAMES
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:scim_provisioning_connection_changelist")
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def _tenants(settings: Any) -> None:
    use(settings, "tests.admin.tenants.tenants")


@pytest.fixture
def client(settings_page: SettingsPageClient) -> Client:
    """A superuser's."""
    return settings_page.client


def use(settings: Any, tenants: str) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": tenants}


def page_of(client: Client, connection: Connection) -> SettingsPageClient:
    """The settings page of one connection."""
    page = SettingsPageClient(client)
    page.box_url = f"{LIST}{connection.pk}/"
    page.edit_url, page.disable_url = f"{page.box_url}edit/", f"{page.box_url}disable/"
    return page


def enabled(tenant: str) -> Connection:
    connection, _ = connections.enable(tenant=tenant)
    return connection


def offered(response: Any) -> list[str]:
    return [value for value, _ in response.context["form"].fields["tenant"].widget.choices]


class TestTheList:
    def test_is_empty_until_a_connection_is_added(self, client: Client) -> None:
        text = client.get(LIST).text
        assert "There is none yet" in text
        assert f'href="{ADD}"' in text
        assert "Never enabled" not in text
        assert not Connection.objects.exists()

    def test_says_of_each_connection_how_it_stands_and_leads_to_it(self, client: Client) -> None:
        acme, volt = enabled("acme"), enabled("volt")
        connections.note_use(acme)
        connections.disable(tenant="volt")
        text = client.get(LIST).text
        rows = text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
        assert f'<a href="{LIST}{acme.pk}/">Acme Grid</a>' in rows[0]
        assert "Connected" in rows[0]
        assert "–" not in rows[0]
        assert f'<a href="{LIST}{volt.pk}/">Volt &amp; &lt;Sons&gt;</a>' in rows[1]
        assert "Disabled" in rows[1]
        assert "–" in rows[1]

    def test_names_a_tenant_that_the_product_does_not_know_any_more_by_its_value(self, client: Client) -> None:
        enabled("<gone>")
        assert ">&lt;gone&gt;</a>" in client.get(LIST).text

    def test_has_a_line_for_the_connection_from_before_there_were_tenants(self, client: Client) -> None:
        whole = enabled("")
        assert f'<a href="{LIST}{whole.pk}/">Whole site</a>' in client.get(LIST).text
        assert page_of(client, whole).confirm_disabling().context["glance"].state == "disabled"

    def test_is_in_the_order_of_the_tenants_names(self, client: Client) -> None:
        for tenant in ("volt", "bolt", "7", "acme"):
            enabled(tenant)
        rows = client.get(LIST).context["rows"]
        assert [row.tenant for row in rows] == ["Acme Grid", "bolt", "Seventh Line", "Volt & <Sons>"]

    def test_has_a_column_of_names_where_there_are_some(self, client: Client) -> None:
        enabled("acme")
        assert ">Name</th>" not in client.get(LIST).text
        Connection.objects.update(name="<Entra>")
        text = client.get(LIST).text
        assert ">Name</th>" in text
        assert ">&lt;Entra&gt;</td>" in text

    def test_adds_no_more_where_each_tenant_has_a_connection(self, client: Client) -> None:
        for tenant in NAMES:
            enabled(tenant)
        assert ADD not in client.get(LIST).text

    def test_says_that_the_product_has_no_tenant_yet(self, client: Client, settings: Any) -> None:
        use(settings, "tests.admin.tenants.nobody")
        text = client.get(LIST).text
        assert "The product has no tenant yet." in text
        assert ADD not in text
        assert client.get(ADD).url == LIST  # type: ignore[attr-defined]

    def test_shows_what_was_enabled_for_a_tenant_in_a_product_that_names_none(
        self, client: Client, settings: Any
    ) -> None:
        use(settings, "")
        acme = enabled("acme")
        text = client.get(LIST).text
        assert f'<a href="{LIST}{acme.pk}/">acme</a>' in text
        assert ADD not in text

    @pytest.mark.parametrize("size", [1, 20])
    def test_is_drawn_with_few_queries(self, client: Client, django_assert_num_queries: Any, size: int) -> None:
        for number in range(size):
            enabled(f"tenant-{number}")
        with django_assert_num_queries(3):  # the session, the user, the connections
            client.get(LIST)

    def test_is_read_only(self, client: Client) -> None:
        assert client.post(LIST, {"action": "delete_selected"}).status_code == 405


class TestAdding:
    def test_makes_a_connection_that_is_not_enabled_and_leads_to_its_form(self, client: Client) -> None:
        assert offered(client.get(ADD)) == list(NAMES)
        response: Any = client.post(ADD, {"tenant": "7"}, follow=True)
        connection = Connection.objects.get()
        assert (connection.tenant, connection.enabled) == ("7", False)
        assert response.redirect_chain == [(f"{LIST}{connection.pk}/edit/", 302)]
        assert "Enable SCIM provisioning" in response.text
        assert "Seventh Line" in response.text
        entry = LogEntry.objects.get()
        assert (entry.action_flag, entry.object_id) == (ADDITION, str(connection.pk))

    def test_offers_the_tenants_that_have_none(self, client: Client) -> None:
        enabled("acme")
        response = client.get(ADD)
        assert offered(response) == ["volt", "7"]
        assert "Volt &amp; &lt;Sons&gt;</option>" in response.text

    def test_of_one_that_was_added_meanwhile_leads_to_it_and_changes_nothing(self, client: Client) -> None:
        connection = enabled("acme")
        response = client.post(ADD, {"tenant": "acme"}, follow=True)
        assert response.redirect_chain == [(f"{LIST}{connection.pk}/", 302)]  # type: ignore[attr-defined]
        assert words_of(response) == "Nothing was changed: this tenant has a connection already."
        assert Connection.objects.get().enabled
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("tenant", ["unknown", "", None])
    def test_of_no_tenant_of_the_product_is_refused(self, client: Client, tenant: str | None) -> None:
        response = client.post(ADD, {} if tenant is None else {"tenant": tenant})
        assert response.status_code == 200
        assert "errorlist" in response.text
        assert not Connection.objects.exists()

    def test_by_get_makes_nothing(self, client: Client) -> None:
        client.get(ADD, {"tenant": "acme"})
        assert not Connection.objects.exists()

    def test_needs_the_csrf_token(self, superuser: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(superuser)
        assert client.post(ADD, {"tenant": "acme"}).status_code == 403
        assert not Connection.objects.exists()


class TestThePageOfAConnection:
    def test_enables_and_disables_this_one_alone(self, client: Client) -> None:
        enabled("volt")
        connection, _ = connections.add("acme")
        page = page_of(client, connection)
        response = page.tick_and_save()
        found = connections.authenticate(token_in(response))
        assert found is not None
        assert found.tenant == "acme"
        assert response.context["glance"].state == "waiting"
        assert page.confirm_disabling().redirect_chain == [(page.box_url, 302)]
        assert list(Connection.objects.order_by("tenant").values_list("tenant", "enabled")) == [
            ("acme", False),
            ("volt", True),
        ]

    def test_says_whose_it_is_and_leads_back_to_the_list(self, client: Client) -> None:
        page = page_of(client, enabled("volt"))
        for url in (page.box_url, page.edit_url, page.disable_url):
            content = client.get(url).text
            assert '<h2 id="scim-box-title">Volt &amp; &lt;Sons&gt;</h2>' in content
            assert f'<a href="{LIST}">SCIM provisioning</a>' in content
            assert "<Sons>" not in content

    def test_links_stay_with_this_connection(self, client: Client) -> None:
        page = page_of(client, enabled("acme"))
        assert f'href="{page.edit_url}"' in client.get(page.box_url).text
        assert f'href="{page.box_url}"' in client.get(page.edit_url).text
        assert f'href="{page.box_url}"' in client.get(page.disable_url).text
        rotate_url = f"{page.box_url}rotate/"
        assert f'href="{rotate_url}"' in client.get(page.box_url).text
        response = client.post(rotate_url, page.form(rotate_url))
        assert f'action="{page.box_url}end-previous/"' in response.text
        assert connections.overlaps(connections.current("acme"))
        assert page.untick_and_save().redirect_chain == [(page.disable_url, 302)]

    def test_treats_a_form_that_was_left_open_as_the_only_one_does(self, client: Client) -> None:
        connection, _ = connections.add("acme")
        page = page_of(client, connection)
        form = page.form(page.edit_url)
        enabled("acme")
        connections.disable(tenant="acme")
        response = page.tick_and_save(form)
        assert words_of(response).startswith("Nothing was changed")
        assert response.redirect_chain == [(page.box_url, 302)]

    def test_is_where_the_admins_log_leads(self, client: Client) -> None:
        page = page_of(client, enabled("acme"))
        page.confirm_disabling()
        url = LogEntry.objects.get().get_admin_url()
        assert url is not None
        assert client.get(url).url == page.box_url  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "rest",
        ["edit/", "disable/", "rotate/", "end-previous/", "99999/", "99999/rotate/", "99999/change/", "1/2/3/"],
    )
    def test_that_there_is_none_of_leads_to_the_list(self, client: Client, rest: str) -> None:
        enabled("acme")
        for answer in (client.get(LIST + rest), client.post(LIST + rest, {"enabled": "on", "version": "new"})):
            assert (answer.status_code, answer["Location"]) == (302, LIST)
        assert Connection.objects.count() == 1

    @pytest.mark.parametrize("rest", ["", "edit/", "disable/", "rotate/", "end-previous/", "change/"])
    def test_has_no_number_where_there_is_only_one(self, client: Client, settings: Any, rest: str) -> None:
        use(settings, "")
        connection = enabled("")
        assert client.get(f"{LIST}{connection.pk}/{rest}")["Location"] == LIST


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("rest", ["", "add/", "{pk}/", "{pk}/edit/", "{pk}/disable/", "{pk}/rotate/", "{pk}/change/"])
def test_staff_who_are_no_superusers_are_refused_everywhere(rest: str, method: str) -> None:
    connection, _ = connections.add("acme")
    client = Client()
    client.force_login(UserFactory(is_staff=True))
    form = {"enabled": "on", "version": "new", "tenant": "volt"}
    assert getattr(client, method)(LIST + rest.format(pk=connection.pk), form).status_code == 403
    assert list(Connection.objects.values_list("tenant", "enabled")) == [("acme", False)]
