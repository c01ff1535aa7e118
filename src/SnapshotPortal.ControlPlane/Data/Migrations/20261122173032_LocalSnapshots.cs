using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SnapshotPortal.ControlPlane.Data.Migrations
{
    /// <inheritdoc />
    public partial class LocalSnapshots : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "SourceEpoch",
                table: "Disks");

            migrationBuilder.AlterColumn<string>(
                name: "JobId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "TEXT");

            migrationBuilder.AddColumn<string>(
                name: "Body",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "InstantAccessRetentionDays",
                table: "Snapshots",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsLocal",
                table: "Snapshots",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<uint>(
                name: "Lineage_Epoch",
                table: "Snapshots",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0u);

            migrationBuilder.AddColumn<string>(
                name: "Lineage_SnapshotId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Body",
                table: "Disks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<uint>(
                name: "BodyEpoch",
                table: "Disks",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0u);

            migrationBuilder.AddColumn<uint>(
                name: "Lineage_Epoch",
                table: "Disks",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0u);

            migrationBuilder.AddColumn<string>(
                name: "Lineage_SnapshotId",
                table: "Disks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LocalLinkId",
                table: "Disks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_LinkId",
                table: "Snapshots",
                column: "LinkId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Snapshots_LinkId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "Body",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "InstantAccessRetentionDays",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "IsLocal",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "Lineage_Epoch",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "Lineage_SnapshotId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "Body",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "BodyEpoch",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "Lineage_Epoch",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "Lineage_SnapshotId",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "LocalLinkId",
                table: "Disks");

            migrationBuilder.AlterColumn<string>(
                name: "JobId",
                table: "Snapshots",
                type: "TEXT",
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "TEXT",
                oldNullable: true);

            migrationBuilder.AddColumn<uint>(
                name: "SourceEpoch",
                table: "Disks",
                type: "INTEGER",
                nullable: true);
        }
    }
}
